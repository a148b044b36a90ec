import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LEFT_OUT } from './left-out.js';
import { stepsOf } from './page.js';
import { SETTINGS } from './settings.js';
import { runPage } from './story.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = globSync(['README.md', 'CONTRIBUTING.md', 'docs/*.md'], { cwd: ROOT }).sort();
const printed: string[] = [];
const isLeftOut = (page: string) => (command: string) => LEFT_OUT[page]?.[command] !== undefined;

describe.concurrent('the commands of a page do what the page says', () => {
  test.each(Object.entries(SETTINGS))('%s', { timeout: 240_000 }, async (page, setting) => {
    printed.push(await runPage(page, setting(), isLeftOut(page)));
  });
});

test('the picture of a run has the plan, the progress half way and the end, as the program prints them now', () => {
  const svg = readFileSync(join(ROOT, 'docs/run.svg'), 'utf8');
  const texts = [...svg.matchAll(/<text (?:class="\w+" )?x="([\d.]+)"[^>]*>(.*)<\/text>/g)];
  const atLineStart = texts.filter(([, x]) => x === '32.8').map(([, , text = '']) => text);
  expect(atLineStart).toEqual(expect.arrayContaining(['User pool', 'Takes', 'succeeded', 'To look at']));
  const now = printed.join('');
  expect(
    atLineStart.filter(
      (label) => !/^─+$/.test(label) && !now.includes(label.slice(0, 'Report sha256'.length)),
    ),
  ).toEqual([]);
  expect(texts.some(([, , text = '']) => /^━+─+$/.test(text))).toBe(true);
});

test('every command in the docs is run by this test, or is left out by name with the reason', () => {
  for (const page of PAGES) {
    const commands = stepsOf(page).map(({ command }) => command);
    const left = Object.keys(LEFT_OUT[page] ?? {});
    expect(commands, `${page}: what is left out is in the page`).toEqual(expect.arrayContaining(left));
    if (SETTINGS[page] === undefined)
      expect(left, `${page} has commands and no setting to run them in`).toEqual(commands);
  }
});
