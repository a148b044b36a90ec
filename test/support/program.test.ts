import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, startProgram } from './program.js';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'program-test-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

let scripts = 0;

async function script(source: string): Promise<string> {
  scripts += 1;
  const path = join(dir, `${scripts}.mjs`);
  await writeFile(path, source);
  return path;
}

test('gives exit code, output, arguments and input of a program', async () => {
  const entry = await script(`
    let input = '';
    for await (const chunk of process.stdin) input += chunk;
    console.log(process.argv.slice(2).join('|'), input);
    console.error('to stderr');
    process.exitCode = 3;`);
  const result = await runProgram(['a b', 'c'], { entry, input: 'the input' });
  expect(result).toMatchObject({ code: 3, signal: null, stdout: 'a b|c the input\n', stderr: 'to stderr\n' });
});

test('nothing of the tests own environment reaches it but the PATH, and its home goes with it', async () => {
  const entry = await script('console.log(JSON.stringify(process.env))');
  process.env.AWS_PROFILE = 'of-the-developer';
  const { stdout } = await runProgram([], { entry, env: { EXTRA: '1', AWS_SECRET_ACCESS_KEY: undefined } });
  delete process.env.AWS_PROFILE;
  const env = JSON.parse(stdout);
  expect(env).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_EC2_METADATA_DISABLED: 'true', EXTRA: '1' });
  expect(env).not.toHaveProperty('AWS_PROFILE');
  expect(env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  expect(existsSync(env.HOME)).toBe(false);
});

test('waits for words on standard error, also said before, and passes signals on', async () => {
  const entry = await script(`
    process.on('SIGTERM', () => { console.error('drained'); process.exit(7); });
    console.error('ready 42');
    setInterval(() => {}, 1000);`);
  const program = await startProgram([], { entry });
  expect((await program.waitForStderr(/ready (\d+)/))[1]).toBe('42');
  expect((await program.waitForStderr(/ready (\d+)/))[1]).toBe('42');
  program.kill('SIGTERM');
  expect(await program.result).toMatchObject({ code: 7, stderr: 'ready 42\ndrained\n' });
  await expect(program.waitForStderr(/never/)).rejects.toThrow(/never matched/);
});

test('says which signal ended it', async () => {
  const program = await startProgram([], {
    entry: await script(`console.error('up'); setInterval(() => {}, 1000)`),
  });
  await program.waitForStderr(/up/);
  program.kill('SIGKILL');
  expect(await program.result).toMatchObject({ code: null, signal: 'SIGKILL', pid: program.pid });
});
