import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

/** A process that dies between having to destroy the key and having done it. */

const POOL = 'eu-west-1_HalfKey01';

let standIn: SpawnedStandIn;
let workplace: Workplace;
let recipient: string;
let preloads: string;

/**
 * Kills its process where it is about to do something to a file: the real file system up to there, and a real death. `argument`
 * is which one names the file; `also` must be there by then.
 */
const deathAt = (call: string, argument: number, file: string, also?: string) => `
  import fs, { existsSync } from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  import { dirname, join } from 'node:path';
  const act = fs.promises.${call};
  fs.promises.${call} = async (...given) => {
    const path = String(given[${argument}]);
    const due = path.endsWith('/${file}') && ${also === undefined ? 'true' : `existsSync(join(dirname(path), '${also}'))`};
    if (due) process.kill(process.pid, 'SIGKILL');
    return act(...given);
  };
  syncBuiltinESMExports();
`;
const DEATHS = {
  'before it is said in run.json': deathAt('rename', 1, 'run.json', 'summary.json'),
  'before it is overwritten': deathAt('open', 0, 'run.key', 'summary.json'),
  'before its name is gone': deathAt('unlink', 0, 'run.key'),
};
const deaths = Object.keys(DEATHS) as (keyof typeof DEATHS)[];

beforeAll(async () => {
  standIn = await spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 3 } }] });
  recipient = await identityToRecipient(await generateIdentity());
  preloads = await mkdtemp(join(tmpdir(), 'deaths-'));
  for (const [index, code] of Object.values(DEATHS).entries())
    await writeFile(join(preloads, `${index}.mjs`), code);
});
afterAll(async () => {
  await standIn.close();
  await rm(preloads, { recursive: true });
});
beforeEach(async () => {
  workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(3)));
});
afterEach(() => workplace.remove());

const command = (...words: string[]) => runProgram(words, workplace.here);
const dying = (when: keyof typeof DEATHS, words: string[]) =>
  runProgram(words, {
    ...workplace.here,
    nodeArgs: ['--import', join(preloads, `${deaths.indexOf(when)}.mjs`)],
  });

function runArgs(...more: string[]): string[] {
  const service = ['--pool-id', POOL, '--endpoint-url', standIn.url, '--allow-http'];
  return [
    ...['run', 'users.csv', ...service, '--queue', inject('redisUrl'), '--yes', '--quiet'],
    ...['--run-dir', workplace.runDir, '--generate', ...more],
  ];
}

test.each(deaths)('a run that dies %s is told of by status, and resume destroys the key', async (when) => {
  const died = await dying(when, runArgs('--recipient', recipient));
  expect(died.signal, died.stderr).toBe('SIGKILL');
  expect([workplace.has('summary.json'), workplace.has('run.key')]).toEqual([true, true]);
  const asked = await command('status', workplace.runDir);
  expect(asked.stdout).toMatch(
    /Key +there still, though it was to be destroyed\n[^]*\n {2}cognito-bulk-reset shred-key /,
  );
  const { code, stderr } = await command('resume', workplace.runDir);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/its key, which is destroyed now/),
  });
  expect(workplace.has('run.key')).toBe(false);
  expect((await command('status', workplace.runDir)).stdout).toMatch(/Key +destroyed at 2/);
  expect((await command('resume', workplace.runDir)).stderr).toMatch(/has finished/);
});

test.each([
  ['the next', ['shred-key', '--yes']],
  ['resume', ['resume']],
])(
  'shred-key that died half way is done by %s, and until then status says that the key is there',
  async (_, [name = '', ...options]) => {
    expect((await command(...runArgs())).code).toBe(0);
    const key = await readFile(join(workplace.runDir, 'run.key'));
    const died = await dying('before its name is gone', ['shred-key', workplace.runDir, '--yes']);
    expect(died.signal).toBe('SIGKILL');
    expect((await readFile(join(workplace.runDir, 'run.key'))).equals(key)).toBe(false);
    expect(JSON.parse((await command('status', workplace.runDir, '--json')).stdout)).toMatchObject({
      key: 'to be destroyed',
    });
    expect((await command(name, workplace.runDir, ...options)).code).toBe(0);
    expect(workplace.has('run.key')).toBe(false);
    expect((await command('shred-key', workplace.runDir, '--yes')).stderr).toMatch(/destroyed already, at 2/);
  },
);

test('the key of a --discard run that died before it was removed is removed by resume', async () => {
  const args = runArgs().map((word) => (word === '--generate' ? '--discard' : word));
  expect((await command(...args)).code).toBe(0);
  // As it was before the last step.
  await writeFile(join(workplace.runDir, 'run.key'), Buffer.alloc(32), { mode: 0o600 });
  expect((await command('resume', workplace.runDir)).code).toBe(0);
  expect(workplace.has('run.key')).toBe(false);
});
