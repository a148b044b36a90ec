import { expect, test } from 'vitest';
import { byTurns, isMet, median, ratio } from '../../bench/benchmark.js';
import { tableOf } from '../../bench/table.js';
import { runProgram } from '../support/program.js';
import { ROOT } from '../containers/compose.js';

test('sides are measured by turns, the first round only warms up, and a ratio is the median of its rounds', async () => {
  const order: string[] = [];
  const side = (name: string, value: number) => async (round: number) => {
    order.push(`${name}${round}`);
    return value * (round + 1);
  };
  const rounds = await byTurns(3, { ours: side('a', 3), theirs: side('b', 2) });
  expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  expect(rounds.map(({ ours, theirs }) => ours / theirs)).toEqual([1.5, 1.5, 1.5]);
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(ratio('a ÷ b', [1, 0.5, 0.8], { atLeast: 0.7 })).toMatchObject({ value: 0.8, unit: '×' });
});

test('the table says of each goal whether it is reached; a figure that is none misses it', () => {
  const goal = { atMost: 30 };
  const table = tableOf([
    { what: 'calls', value: 30, unit: 'calls', goal },
    { what: 'more', value: 31, unit: 'calls', goal },
    { what: 'unknown', value: Number.NaN, unit: 'calls', goal },
    { what: 'explains', value: 1234.5, unit: '/s' },
  ]);
  expect(table).toContain('| calls | 30 calls | ≤ 30: yes |');
  expect(table).toContain('| more | 31 calls | ≤ 30: NO |');
  expect(table).toContain('| unknown | NaN calls | ≤ 30: NO |');
  expect(table).toContain('| explains | 1,235 /s |  |');
  expect(isMet({ what: 'explains', value: 1, unit: '' })).toBeUndefined();
});

test('npm run bench names its benchmarks, and refuses a name that is none', async () => {
  const bench = (...args: string[]) =>
    runProgram(args, {
      entry: `${ROOT}bench/main.ts`,
      nodeArgs: ['--import', `${ROOT}test/support/stand-in/ts-hooks.mjs`],
    });
  const [list, unknown] = await Promise.all([bench('--list'), bench('none')]);
  expect(list.code).toBe(0);
  for (const name of [
    'redis',
    'embedded',
    'modes',
    'pace',
    'processor',
    'manifest',
    'start-up',
    'against',
    'memory',
  ]) {
    expect(list.stdout).toMatch(new RegExp(`^${name} `, 'm'));
  }
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^There is no benchmark none: redis/),
  });
});
