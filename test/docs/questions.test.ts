import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { secondsFor } from '../../src/check/forecast.js';
import { roughly } from '../../src/cli/words.js';

const QUESTIONS = fileURLToPath(new URL('../../docs/questions.md', import.meta.url));
/** Users a second, by the columns of the table. */
const SPEEDS = [20, 30, 12.5];

test('the table of times in docs/questions.md says what a plan says', () => {
  const rows = [...readFileSync(QUESTIONS, 'utf8').matchAll(/^\| ([\d,]+) +\|(.*)\|$/gm)];
  expect(rows).toHaveLength(3);
  for (const [, users = '', cells = ''] of rows) {
    const times = SPEEDS.map((speed) => roughly(secondsFor(Number(users.replaceAll(',', '')), speed)));
    expect(
      cells.split('|').map((cell) => cell.trim()),
      users,
    ).toEqual(times);
  }
});
