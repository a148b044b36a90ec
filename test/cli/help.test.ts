import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { runProgram } from '../support/program.js';

const root = createProgram(() => undefined);

function helpOf(command: Command): string {
  let shown = '';
  command.configureOutput({ writeOut: (part) => (shown += part), getOutHelpWidth: () => 80 }).outputHelp();
  return shown;
}

test('--help prints the help and exits 0', async () => {
  const { code, stdout, stderr } = await runProgram(['--help']);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: helpOf(root), stderr: '' });
});

test('help names every command, and that of each fits 80 columns', () => {
  const names = root.commands.map((command) => command.name());
  expect(names).toEqual(expect.arrayContaining(['plan', 'run', 'resume', 'worker', 'status']));
  const listed = helpOf(root);
  for (const name of names) expect(listed).toContain(`\n  ${name} `);
  for (const help of [root, ...root.commands].map(helpOf)) {
    expect(help).toContain('Options:');
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});

/** Lines of a terminal window of today; the classic 24 would hold no examples. */
const SCREEN = 50;

test('the help of each command fits a screen, and --help-all leaves nothing out', async () => {
  for (const command of root.commands)
    expect(helpOf(command).trim().split('\n').length, command.name()).toBeLessThanOrEqual(SCREEN);
  const { code, stdout } = await runProgram(['run', '--help-all']);
  expect(code).toBe(0);
  const run = root.commands.find((command) => command.name() === 'run');
  for (const { long } of run?.options ?? []) expect(stdout).toContain(`  ${long}`);
  expect(stdout).not.toContain('more: --help-all');
});
