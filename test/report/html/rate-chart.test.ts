import { expect, test } from 'vitest';
import { rateChart } from '../../../src/report/html/rate-chart.js';

const START = Date.parse('2026-11-23T20:00:00.000Z');

function chart(step: number, buckets: { calls: number; failures: number }[], rate: number): string {
  return rateChart({ start: START, step, buckets }, rate).markup;
}
const columns = (markup: string) =>
  [...markup.matchAll(/<rect\s+class="(\w+)"[^>]*?y="([\d.]+)"[^>]*?height="([\d.]+)"/g)].map(
    ([, kind, top, height]) => [kind, Number(top), Number(height)],
  );

test('columns are calls a second, with what failed in them, and none where nothing was called', () => {
  const markup = chart(
    10,
    [
      { calls: 200, failures: 50 },
      { calls: 0, failures: 0 },
      { calls: 100, failures: 0 },
    ],
    20,
  );
  expect(columns(markup)).toEqual([
    ['calls', 0, 100],
    ['failures', 75, 25],
    ['calls', 50, 50],
  ]);
  expect(markup).toContain('20:00:00: 20 calls a second, 50 failed');
});

test('one failure among thousands of calls is seen', () => {
  const [, failures] = columns(chart(60, [{ calls: 100_000, failures: 1 }], 2_000));
  expect(failures?.[2]).toBeGreaterThan(1);
});

test('the rate that was asked for is a line, unless the calls are far below it', () => {
  const bucket = { calls: 100, failures: 0 };
  expect(chart(10, [bucket], 20)).toMatch(/class="limit"\s+x1="0"\s+x2="1"\s+y1="0"/);
  expect(chart(10, [bucket], 30)).not.toContain('class="limit"');
});

test('times have their day in a run of more than one', () => {
  const bucket = { calls: 1, failures: 0 };
  expect(chart(60, [bucket, bucket], 1)).toContain('<span>20:01</span>');
  expect(
    chart(
      3_600,
      Array.from({ length: 5 }, () => bucket),
      1,
    ),
  ).toContain('<span>11-24 01:00</span>');
});
