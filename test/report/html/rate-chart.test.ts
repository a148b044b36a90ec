import { expect, test } from 'vitest';
import { rateChart } from '../../../src/report/html/rate-chart.js';

const START = Date.parse('2026-11-23T20:00:00.000Z');

function chart(step: number, buckets: { users: number; failures: number }[]): string {
  return rateChart({ start: START, step, buckets }).markup;
}
const columns = (markup: string) =>
  [...markup.matchAll(/<rect\s+class="(\w+)"[^>]*?y="([\d.]+)"[^>]*?height="([\d.]+)"/g)].map(
    ([, kind, top, height]) => [kind, Number(top), Number(height)],
  );

test('columns are users a second, with what failed in them, and none where nobody was begun with', () => {
  const markup = chart(10, [
    { users: 200, failures: 50 },
    { users: 0, failures: 0 },
    { users: 100, failures: 0 },
  ]);
  expect(columns(markup)).toEqual([
    ['users', 0, 100],
    ['failures', 75, 25],
    ['users', 50, 50],
  ]);
  expect(markup).toContain('20:00:00: 20 users a second, 50 of these failed');
});

test('one failure among thousands of users is seen', () => {
  const [, failures] = columns(chart(60, [{ users: 100_000, failures: 1 }]));
  expect(failures?.[2]).toBeGreaterThan(1);
});

test('it says whom it counts and when, and holds no rate against them that the report does not know', () => {
  const markup = chart(1, [{ users: 20, failures: 0 }]);
  expect(markup).toContain('users a second, by when the first call for each was sent');
  expect(markup).not.toMatch(/calls a second|asked for|class="limit"/);
});

test('times have their day in a run of more than one', () => {
  const bucket = { users: 1, failures: 0 };
  expect(chart(60, [bucket, bucket])).toContain('<span>20:01</span>');
  expect(
    chart(
      3_600,
      Array.from({ length: 5 }, () => bucket),
    ),
  ).toContain('<span>11-24 01:00</span>');
});
