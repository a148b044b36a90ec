import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bashCompletion } from '../../src/cli/completion/bash.js';
import { commandsOf } from '../../src/cli/completion/command-facts.js';
import { fishCompletion } from '../../src/cli/completion/fish.js';
import { zshCompletion } from '../../src/cli/completion/zsh.js';
import { createProgram } from '../../src/cli/program.js';
import { runProgram } from '../support/program.js';

const run = promisify(execFile);
const PROGRAM = 'cognito-bulk-reset';
const commands = commandsOf(createProgram(() => undefined));

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'completion-'));
  await mkdir(join(place, 'runs'));
  await writeFile(join(place, 'my users.csv'), '');
  await writeFile(join(place, 'bash'), bashCompletion(PROGRAM, commands));
  await writeFile(join(place, 'zsh'), zshCompletion(PROGRAM, commands));
  await writeFile(join(place, 'fish'), fishCompletion(PROGRAM, commands));
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** What each shell offers after these words; the last is the one that is being typed. */
const SHELLS: Record<string, (words: readonly string[]) => Promise<string[]>> = {
  bash: async (words) => {
    const typed = [PROGRAM, ...words].map((word) => `'${word}'`).join(' ');
    const script = `source ./bash; COMP_WORDS=(${typed}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _cognito_bulk_reset; printf '%s\n' "\${COMPREPLY[@]}"`;
    return linesOf((await run('bash', ['--norc', '-c', script], { cwd: place })).stdout);
  },
  fish: async (words) => {
    const script = `source ./fish; complete -C '${[PROGRAM, ...words].join(' ')}'`;
    const env = { ...process.env, HOME: place };
    return linesOf((await run('fish', ['--no-config', '-c', script], { cwd: place, env })).stdout);
  },
};

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.split('\t')[0]?.trimEnd() ?? '')
    .filter((line) => line !== '');
}

function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}

describe.each(['bash', 'fish'])('completion in %s', (shell) => {
  const offered = SHELLS[shell] ?? (async () => []);
  const reason = has(shell) ? '' : ` (skipped: there is no ${shell} here)`;

  test.skipIf(reason !== '')(
    `offers commands, options, choices, files and directories${reason}`,
    async () => {
      expect((await offered(['re'])).sort()).toEqual(['report', 'resume', 'retry']);
      const options = await offered(['run', '--p']);
      expect(options).toEqual(
        expect.arrayContaining(['--password-column', '--plain', '--pool-id', '--protect']),
      );
      expect(options).not.toContain('--rate');
      expect((await offered(['run', '--alphabet', ''])).sort()).toEqual(['full', 'readable']);
      expect(await offered(['run', '--protect', 'my'])).toEqual([
        expect.stringMatching(/^my(\\?) users\.csv$/),
      ]);
      expect(await offered(['plan', 'my'])).toEqual([expect.stringMatching(/^my(\\?) users\.csv$/)]);
      expect((await offered(['status', ''])).map((name) => name.replace(/\/$/, ''))).toEqual(['runs']);
      expect(await offered(['status', '--'])).not.toContain('--pool-id');
      expect(await offered(['run', '--pool-id', ''])).toEqual([]);
    },
  );
});

test.skipIf(!has('zsh'))(
  `zsh takes the script${has('zsh') ? '' : ' (skipped: there is no zsh here)'}`,
  async () => {
    await run('zsh', ['-n', 'zsh'], { cwd: place });
  },
);

test('completion prints the script of the shell that is named, and says which there are', async () => {
  const [printed, wrong] = await Promise.all([
    runProgram(['completion', 'bash']),
    runProgram(['completion', 'tcsh']),
  ]);
  expect(printed).toMatchObject({ code: 0, stdout: bashCompletion(PROGRAM, commands), stderr: '' });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('bash, zsh, fish');
});
