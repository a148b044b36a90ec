import { expect, test } from 'vitest';
import { commandsOf } from '../../src/cli/completion/command-facts.js';
import { manPage } from '../../src/cli/man-page.js';
import { createProgram } from '../../src/cli/program.js';

const page = manPage(
  createProgram(() => undefined),
  '1.2.3',
);

test('the man page names every command and option that help names', () => {
  const commands = commandsOf(createProgram(() => undefined)).filter(({ name }) => name !== 'help');
  expect(commands.length).toBeGreaterThan(10);
  for (const { name, options } of commands) {
    const section = page.split('\n.SS ').find((one) => one.startsWith(name.replaceAll('-', '\\-')));
    for (const { long } of options.filter((option) => option.long !== '--help'))
      expect(section, `${name} ${long}`).toContain(long.replaceAll('-', '\\-'));
  }
});

test('the man page is ASCII, and no line of text is taken for a request of roff', () => {
  expect(page).toMatch(/^[ -~\n]*$/);
  const requests = new Set(page.match(/^[.'].*/gm)?.map((line) => line.split(' ')[0]));
  expect(requests).toEqual(new Set(['.B', '.I', '.PP', '.SH', '.SS', '.TH', '.TP', '.fi', '.nf']));
});
