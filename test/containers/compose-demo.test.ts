import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ended } from '../support/ended.js';
import { ROOT, readCompose, type Service } from './compose.js';

/**
 * docker-compose.yml's services as processes of this machine, with the file's own commands and variables; only addresses
 * and paths are this machine's. It shows that they work together, though not the images they come in.
 */
const { services } = readCompose();
let work: string;
let address: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'compose-'));
  cpSync(join(ROOT, 'samples/demo/cognito-local'), join(work, '.cognito'), { recursive: true });
  address = `127.0.0.1:${await freePort()}`;
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

it('makes a pool, runs over the samples and shares the run with the worker', async () => {
  const cognito = start(service('cognito-local'), { HOST: '127.0.0.1' });
  try {
    await expect
      .poll(
        () =>
          fetch(`http://${address}/health`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true);
    expect((await finish(start(service('pool')))).code).toBe(0);

    const [run, worker] = await Promise.all([finish(start(service('run'))), restarted(service('worker'))]);
    expect(run.output).toContain('UserNotFoundException');
    expect(run.code).toBe(1);
    expect(worker.output).toContain('taking part');
    expect(worker.code).toBe(0);
    const { byStatus } = JSON.parse(readFileSync(join(work, 'demo/summary.json'), 'utf8'));
    expect(byStatus).toEqual({ succeeded: 290, failed: 9, skipped: 1, unprocessed: 0 });
  } finally {
    cognito.kill('SIGKILL');
    await ended(cognito);
  }
});

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

function start({ entrypoint, build, command, environment, working_dir }: Service, more = {}) {
  // The program's image has the program as its entry point; the stage `demo` has none.
  const program = typeof build === 'object' ? [] : ['node', '/app/dist/src/cli/main.js'];
  const [file = '', ...args] = [...(entrypoint ?? program), ...command].map(here);
  const variables = Object.entries(environment).map(([name, value]) => [name, here(value)]);
  return spawn(file, args, {
    cwd: working_dir === '/pool' ? work : ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: work,
      ...Object.fromEntries(variables),
      // Fast for a test, and still long enough for the worker to come.
      COGNITO_BULK_RESET_RATE: '60',
      COGNITO_BULK_RESET_QUOTA: '60',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A word of the file with this machine's addresses and paths; `$$` is Compose's way to write `$`. */
function here(word: string): string {
  return word
    .replaceAll('$$', '$')
    .replaceAll('/app/', ROOT)
    .replaceAll('/runs', work)
    .replaceAll('/users.csv', join(ROOT, 'samples/users.csv'))
    .replaceAll('cognito-local:9229', address)
    .replaceAll('redis://redis:6379', inject('redisUrl'))
    .replace(/^9229$/, address.split(':')[1] ?? '');
}

async function finish(child: ReturnType<typeof start>): Promise<{ code: number | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/** As Docker does with `restart: on-failure:<times>`. */
async function restarted(one: Service) {
  for (let times = Number(one.restart?.split(':')[1]); ; times -= 1) {
    const result = await finish(start(one));
    if (result.code === 0 || times === 0) return result;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  server.close();
  await once(server, 'close');
  if (at === null || typeof at === 'string') throw new Error('no port');
  return at.port;
}
