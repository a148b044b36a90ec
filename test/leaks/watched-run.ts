import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { parse } from 'csv-parse/sync';
import { Redis as Client } from 'ioredis';
import { expect, vi } from 'vitest';
import { derivePassword } from '../../src/password/derive.js';
import { readRunKey } from '../../src/password/key-file.js';
import { readRunRecord } from '../../src/run/record.js';
import { type ProgramOptions, type ProgramResult, startProgram } from '../support/program.js';
import type { Redis } from '../support/redis.js';
import { startStandIn } from '../support/stand-in/stand-in.js';
import { everyFault, ROWS, standingStill, stoppingFault } from './faults.js';
import { addFiles, addProcess, addTo, type Places } from './places.js';

export const POOL = 'eu-west-1_Leaks0001';

export interface Combination {
  mode: 'generate' | 'password-column' | 'discard';
  /** The queue: this Redis, or the embedded one. */
  redis: Redis | undefined;
}

/** A run that was watched from its first process to its last. */
export interface WatchedRun {
  places: Places;
  /** All passwords that were made for it or sent. */
  passwords: string[];
  key: Buffer;
  /** In every username, and so in every place that holds a row. */
  userMark: string;
  /** In every path of the run. */
  pathMark: string;
  code: number | null;
  rows: number;
  answers: Record<string, number>;
}

/** Stopped by an error, resumed, killed half way, resumed to its end with every fault, all at the most talkative level. */
export async function watchRun({ mode, redis }: Combination): Promise<WatchedRun> {
  const [userMark, pathMark] = [`Planted-${hex()}`, `leak-${hex()}`];
  const home = await mkdtemp(join(tmpdir(), `${pathMark}-`));
  const at = (name: string) => join(home, name);
  for (const name of ['tmp', 'reports', 'in']) await mkdir(at(name), { mode: 0o700 });
  const runDir = at(`run-${pathMark}`);
  const users = Array.from({ length: ROWS }, (_, index) => `${userMark}-${index + 1}`);
  const columnOf = new Map(users.map((user) => [user, markedPassword()]));
  const csv = stringify([['username', 'password'], ...columnOf]);
  await writeFile(at('in/users.csv'), csv, { mode: 0o600 });

  const standIn = await startStandIn({ pools: [{ id: POOL, users }], keepPasswords: true });
  const places: Places = new Map();
  const start = (args: string[], input = '') => {
    const options: ProgramOptions = {
      cwd: home,
      input,
      nodeArgs: ['--report-on-signal', '--report-on-fatalerror', `--report-directory=${at('reports')}`],
      env: {
        HOME: home,
        TMPDIR: at('tmp'),
        COGNITO_BULK_RESET_LOG_LEVEL: 'trace',
        ...(redis === undefined ? {} : { COGNITO_BULK_RESET_QUEUE: redis.url }),
      },
    };
    return startProgram(args, options);
  };
  const heard = ({ stdout, stderr }: ProgramResult) => {
    addTo(places, 'standard output', stdout);
    addTo(places, 'standard error', stderr);
  };
  const filesOfRun = async () => {
    await addFiles(places, runDir, ['run.key']);
    const around: Places = new Map();
    await addFiles(around, home, ['in', `run-${pathMark}`]);
    addTo(places, 'home and temporary files', ...[...around.values()].flat());
  };

  try {
    // Passwords come by a pipe in one of the two, so that its copy in the run directory is looked at too.
    const piped = mode === 'password-column' && redis !== undefined;
    const modeArgs = mode === 'password-column' ? ['--password-column', 'password'] : [`--${mode}`];
    const service = ['--endpoint-url', standIn.url, '--allow-http', '--rate', '1000', '--quota', '1000'];
    standIn.setFaults(stoppingFault());
    const first = await start(
      [
        ...['run', piped ? '-' : at('in/users.csv'), '--pool-id', POOL, ...modeArgs, ...service],
        ...['--concurrency', '12', '--yes', '--json', '--run-dir', runDir, '--max-failures', '100%'],
      ],
      piped ? csv : '',
    );
    const stopped = await first.result;
    heard(stopped);
    expect(stopped).toMatchObject({ code: 3 });
    const key = await readFile(join(runDir, 'run.key'));
    await copyFile(join(runDir, 'run.key'), at('in/run.key'));
    const derived = await derivedPasswords(runDir, users);

    const before = standIn.size();
    standIn.setFaults(standingStill(users));
    const second = await start(['resume', runDir, '--json', '--progress', 'json']);
    await vi.waitFor(() => expect(standIn.size() - before).toBeGreaterThan(10), {
      timeout: 60_000,
      interval: 10,
    });
    await addProcess(places, second.pid);
    second.kill('SIGUSR2');
    await vi.waitFor(async () => expect(await reportsIn(at('reports'))).toMatch(/\n}\s*$/), {
      timeout: 60_000,
    });
    if (redis !== undefined) addTo(places, 'Redis, snapshot', await snapshotOf(redis));
    second.kill('SIGKILL');
    heard(await second.result);
    await filesOfRun();

    standIn.setFaults(everyFault(users));
    const third = await start(['resume', runDir, '--json', '--progress', 'json']);
    const worker =
      redis === undefined
        ? undefined
        : await start(['worker', '--run', runDir, '--endpoint-url', standIn.url, '--allow-http']);
    for (const { pid } of worker === undefined ? [third] : [third, worker]) await addProcess(places, pid);
    const finished = await third.result;
    heard(finished);
    if (worker !== undefined) heard(await worker.result);
    await filesOfRun();
    addTo(places, 'diagnostic report', await reportsIn(at('reports')));

    const report: unknown[] = parse(await readFile(join(runDir, 'report.csv')), { columns: true });
    return {
      places,
      passwords: [
        ...new Set([
          ...standIn.sentPasswords(),
          ...derived,
          ...(mode === 'password-column' ? columnOf.values() : []),
        ]),
      ],
      key,
      userMark,
      pathMark,
      code: finished.code,
      rows: report.length,
      answers: standIn.answers('AdminSetUserPassword'),
    };
  } finally {
    await standIn.close();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

function hex(): string {
  return randomBytes(4).toString('hex');
}

/** With a character for each way of escaping, and enough that is random to be found in pieces. */
function markedPassword(): string {
  return `Aé"<&>\\'% +${randomBytes(12).toString('base64url')}$1z`;
}

async function reportsIn(directory: string): Promise<string> {
  const names = await readdir(directory);
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))).join('');
}

/** What the run's key makes of each row; of a --discard run too, where nobody must ever have sent them. */
async function derivedPasswords(runDir: string, users: readonly string[]): Promise<string[]> {
  const key = readRunKey(join(runDir, 'run.key'));
  const { shape } = await readRunRecord(join(runDir, 'run.json'));
  if (shape === undefined) return [];
  return users.map((username, index) =>
    derivePassword(key, { poolId: POOL, username, row: index + 1 }, shape).reveal(),
  );
}

async function snapshotOf(redis: Redis): Promise<Buffer> {
  const client = new Client(redis.socketPath);
  await client.save();
  client.disconnect();
  return readFile(join(redis.dir, 'dump.rdb'));
}
