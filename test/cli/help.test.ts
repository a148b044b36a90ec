import { expect, test } from 'vitest';
import { runProgram } from '../support/program.js';

test('help names every command, and that of each fits 80 columns', async () => {
  const { code, stdout } = await runProgram(['--help']);
  expect(code).toBe(0);
  const commands = [...stdout.matchAll(/^ {2}([a-z][\w-]+)(?: \[options\])?.* {2}/gm)].map(
    ([, name = '']) => name,
  );
  expect(commands).toEqual(expect.arrayContaining(['plan', 'run', 'resume', 'worker', 'status']));
  const helps = await Promise.all(
    [[], ...commands.map((name) => [name])].map((command) => runProgram([...command, '--help'])),
  );
  for (const help of helps) {
    expect(help.stdout).toContain('Options:');
    expect(help.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});
