import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

/** A process that dies between having to destroy the key and having done it. */

const POOL = 'eu-west-1_HalfKey01';

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

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 3 } }],
  users: users(3),
});
beforeAll(async () => {
  recipient = await identityToRecipient(await generateIdentity());
  preloads = await mkdtemp(join(tmpdir(), 'deaths-'));
  for (const [index, code] of Object.values(DEATHS).entries())
    await writeFile(join(preloads, `${index}.mjs`), code);
});
afterAll(() => rm(preloads, { recursive: true }));

const command = (...words: string[]) => scene.run(words);
const dying = (when: keyof typeof DEATHS, words: string[]) =>
  scene.run(words, { nodeArgs: ['--import', join(preloads, `${deaths.indexOf(when)}.mjs`)] });

const runArgs = (...more: string[]) =>
  scene.runOn(POOL, '--queue', inject('redisUrl'), '--quiet', '--generate', ...more);

test.each(deaths)('a run that dies %s is told of by status, and resume destroys the key', async (when) => {
  const died = await dying(when, runArgs('--recipient', recipient));
  expect(died.signal, died.stderr).toBe('SIGKILL');
  expect([scene.workplace.has('summary.json'), scene.workplace.has('run.key')]).toEqual([true, true]);
  const asked = await command('status', scene.workplace.runDir);
  expect(asked.stdout).toMatch(
    /Key +there still, though it was to be destroyed\n[^]*\n {2}cognito-bulk-reset shred-key /,
  );
  const { code, stderr } = await command('resume', scene.workplace.runDir);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/its key, which is destroyed now/),
  });
  expect(scene.workplace.has('run.key')).toBe(false);
  expect((await command('status', scene.workplace.runDir)).stdout).toMatch(/Key +destroyed at 2/);
  expect((await command('resume', scene.workplace.runDir)).stderr).toMatch(/has finished/);
});

test.each([
  ['the next', ['shred-key', '--yes']],
  ['resume', ['resume']],
])(
  'shred-key that died half way is done by %s, and until then status says that the key is there',
  async (_, [name = '', ...options]) => {
    expect((await command(...runArgs())).code).toBe(0);
    const key = await readFile(join(scene.workplace.runDir, 'run.key'));
    const died = await dying('before its name is gone', ['shred-key', scene.workplace.runDir, '--yes']);
    expect(died.signal).toBe('SIGKILL');
    expect((await readFile(join(scene.workplace.runDir, 'run.key'))).equals(key)).toBe(false);
    expect(JSON.parse((await command('status', scene.workplace.runDir, '--json')).stdout)).toMatchObject({
      key: 'to be destroyed',
    });
    expect((await command(name, scene.workplace.runDir, ...options)).code).toBe(0);
    expect(scene.workplace.has('run.key')).toBe(false);
    expect((await command('shred-key', scene.workplace.runDir, '--yes')).stderr).toMatch(
      /destroyed already, at 2/,
    );
  },
);

test('the key of a --discard run that died before it was removed is removed by resume', async () => {
  const args = runArgs().map((word) => (word === '--generate' ? '--discard' : word));
  expect((await command(...args)).code).toBe(0);
  // As it was before the last step.
  await writeFile(join(scene.workplace.runDir, 'run.key'), Buffer.alloc(32), { mode: 0o600 });
  expect((await command('resume', scene.workplace.runDir)).code).toBe(0);
  expect(scene.workplace.has('run.key')).toBe(false);
});
