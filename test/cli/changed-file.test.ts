import { copyFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Change';
/** More rows than the window, so that the end of the file is read late. */
const ROWS = 2_600;
const NOTE = 'x'.repeat(60);
const CSV = `username,note\n${users(ROWS)
  .map((name) => `${name},${NOTE}\n`)
  .join('')}`;

let file: string;

const scene = useScene({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: ROWS } }] });
beforeEach(async () => {
  await scene.workplace.write('users.csv', CSV);
  file = join(scene.workplace.path, 'users.csv');
});

const runArgs = (input = 'users.csv') => [
  ...['run', input, ...scene.target(POOL), '--yes', '--discard'],
  ...[
    '--quota',
    '2000',
    '--rate',
    'max',
    '--queue',
    inject('redisUrl'),
    '--run-dir',
    scene.workplace.runDir,
    '--quiet',
  ],
];
const resume = () => scene.run(['resume', scene.workplace.runDir, '--quiet']);

describe('a file that changes while it is read is caught in the run, and with the file as it was resume goes on', () => {
  test.each([
    {
      what: 'grows',
      change: () => writeFile(file, 'user-1,late\n', { flag: 'a' }),
      mend: () => truncate(file, CSV.length),
      says: /users\.csv\S* was written to while it was read \(\d+ bytes when the run began, \d+ now\); put the file back/,
    },
    {
      what: 'is replaced by another of its name',
      change: async () => {
        await copyFile(file, `${file}.old`);
        await writeFile(`${file}.new`, CSV.replace('user-2500,', 'user-1,'));
        await rename(`${file}.new`, file);
      },
      mend: () => rename(`${file}.old`, file),
      says: /users\.csv\S* was replaced by another file while it was read; put the file back/,
    },
    {
      what: 'is removed',
      change: () => rename(file, `${file}.old`),
      mend: () => rename(`${file}.old`, file),
      says: /users\.csv\S* was removed while it was read; put the file back/,
    },
  ])('$what', async ({ change, mend, says }) => {
    await scene.standIn.setFaults([{ action: { kind: 'latency', ms: 5 } }]);
    const program = await scene.start(runArgs());
    await expect.poll(() => scene.standIn.size(), { timeout: 60_000, interval: 5 }).toBeGreaterThan(20);
    await change();
    const { code, stderr } = await program.result;
    expect(code).toBe(3);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/ManifestChangedError/);
    expect(scene.workplace.report().length).toBeLessThan(ROWS);
    const before = await scene.standIn.size();
    expect((await resume()).code).toBe(2);
    expect(await scene.standIn.size()).toBe(before);

    await mend();
    await scene.standIn.setFaults([]);
    expect((await resume()).code).toBe(0);
    expect(scene.workplace.report().map(({ username }) => username)).toEqual(users(ROWS));
  });
});

describe('resume refuses another file than the run began with, says what differs, and sends nothing', () => {
  const stopped = async (input?: string) => {
    await scene.standIn.setFaults([{ action: { kind: 'error', name: 'AccessDeniedException' } }]);
    const text = input === '-' ? { input: CSV } : {};
    expect((await scene.run(runArgs(input), text)).code).toBe(3);
    await scene.standIn.setFaults([]);
    return scene.standIn.size();
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

  test('another size, another content, none', async () => {
    const before = await stopped();
    const other = CSV.replace('user-9,', 'user-8,');
    const bytes = CSV.length.toLocaleString('en-US');
    const cases: [() => Promise<void>, RegExp][] = [
      [
        () => writeFile(file, `${CSV}x`),
        new RegExp(
          `users\\.csv is not the file .*: it has [\\d,]+ bytes, not ${bytes} bytes\\. Put it back as it was\\.`,
        ),
      ],
      [
        () => writeFile(file, other),
        new RegExp(`same size and the SHA-256 ${sha256(other)}, not ${sha256(CSV)}\\. Put it back`),
      ],
      [() => writeFile(file, 'login\n'), /users\.csv is not the file .*: it has 6 bytes/],
      [
        () => rm(file),
        /users\.csv is not the file that the run began with: it is not there any more\. Put it back/,
      ],
    ];
    for (const [change, says] of cases) {
      await change();
      expect(await resume()).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
    }
    expect(await scene.standIn.size()).toBe(before);
  });

  test('a run whose file can’t be put back is left by the way that docs/troubleshooting.md tells', async () => {
    await scene.standIn.setFaults([
      { username: 'user-90', action: { kind: 'error', name: 'AccessDeniedException' } },
    ]);
    const generating = runArgs().map((word) => (word === '--discard' ? '--generate' : word));
    expect((await scene.run(generating)).code).toBe(3);
    await scene.standIn.setFaults([]);
    await rm(file);
    for (const command of ['resume', 'cancel']) {
      expect(await scene.run([command, scene.workplace.runDir])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/is not the file that the run began with/),
      });
    }
    const done = scene.workplace.report().filter(({ status }) => status === 'succeeded');
    expect(done.length).toBeGreaterThan(0);
    const inClear = ['--plaintext', '--i-understand-this-writes-plaintext-passwords', '-o', '-'];
    const credentials = await scene.run(['credentials', scene.workplace.runDir, ...inClear]);
    expect(credentials.code).toBe(0);
    expect(credentials.stdout.trimEnd().split('\n')).toHaveLength(done.length + 1);
    const shred = await scene.run(['shred-key', scene.workplace.runDir, '--force', '--yes']);
    expect([shred.code, scene.workplace.has('run.key')]).toEqual([0, false]);

    const names = new Set(done.map(({ username }) => username));
    const rest = users(ROWS).filter((name) => !names.has(name));
    await scene.workplace.write('users.csv', `username\n${rest.join('\n')}\n`);
    const again = runArgs().map((word) => (word === scene.workplace.runDir ? `${word}-2` : word));
    expect((await scene.run(again)).code).toBe(0);
  });

  test('of standard input it is the run’s own copy that it names', async () => {
    const before = await stopped('-');
    await writeFile(join(scene.workplace.runDir, 'input.csv'), `${CSV}user-1,more\n`);
    const { code, stderr } = await resume();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /run\/input\.csv, the run's own copy of standard input, is not as the run wrote it: it has/,
    );
    expect(await scene.standIn.size()).toBe(before);
  });
});

test('plan says in a line that the file was written to while it was read', async () => {
  await scene.standIn.setFaults([{ operation: 'ListUsers', action: { kind: 'latency', ms: 1_000 } }]);
  const plan = await scene.start(['plan', 'users.csv', ...scene.target(POOL), '--check-users', '--quiet']);
  const asked = async () => (await scene.standIn.answers())['200'] ?? 0;
  await expect
    .poll(async () => [await scene.standIn.size(), await asked()], { interval: 20 })
    .toEqual([1, 0]);
  await writeFile(file, 'user-1,late\n', { flag: 'a' });
  const { code, stdout, stderr } = await plan.result;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^cognito-bulk-reset: "users\.csv" was written to while it was read .*\n$/);
});
