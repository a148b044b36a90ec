import { expect, test, vi } from 'vitest';
import type { Neighbour, Neighbours } from '../../src/queue/neighbours.js';
import { neighboursText, sharesQuota, watchNeighbours } from '../../src/run/neighbours.js';

const own: Neighbour = {
  run: 'own',
  pool: 'eu-west-1_One',
  region: 'eu-west-1',
  account: '111111111111',
  rate: 20,
  host: 'here',
};

test('a quota is shared within one account and Region, and may be where an account is not known', () => {
  const other = { ...own, run: 'other', pool: 'eu-west-1_Two' };
  const { account: _account, ...ofUnknown } = other;
  expect(sharesQuota(own, other)).toBe('yes');
  expect(sharesQuota(own, { ...other, account: '222222222222' })).toBe('no');
  expect(sharesQuota(own, { ...other, region: 'us-east-1' })).toBe('no');
  expect(sharesQuota(own, { ...other, endpoint: 'http://127.0.0.1:9229' })).toBe('no');
  expect(sharesQuota(own, ofUnknown)).toBe('maybe');
  // One pool is in one account, whoever calls it.
  expect(sharesQuota(own, { ...ofUnknown, pool: own.pool })).toBe('yes');
});

test('a person is told what both may take and what to do when it is more than the quota', () => {
  const other = { ...own, run: 'other', rate: 10, host: 'there' };
  expect(neighboursText(own, [other], 30)).toBe(
    'the run other on there is under way on this queue, in pool eu-west-1_One with up to 10 calls a second. ' +
      'Both share the quota of 30 a second in eu-west-1; together they make at most 30.',
  );
  expect(neighboursText(own, [{ ...other, rate: 20 }], 30)).toMatch(/together they may make 40, .*set-rate/);
  expect(neighboursText(own, [{ ...other, region: 'us-east-1' }], 30)).toBeUndefined();
});

test('of several runs all are counted together, those of another quota left out, and sign-outs by their own', () => {
  const [a, b] = ['a', 'b'].map((run) => ({ ...own, run, rate: 10, updates: 20 }));
  const elsewhere = { ...own, run: 'c', region: 'us-east-1' };
  const others = [a ?? own, b ?? own, elsewhere];
  const told = neighboursText(own, others, 30);
  expect(told).toMatch(/^2 other runs are under way on this queue: a on here, .*; b on here, /);
  expect(told).toMatch(/All share the quota of 30 .*together they may make 40, /);
  expect(told).not.toContain('sign-outs');
  expect(neighboursText({ ...own, updates: 5 }, others, 60)).toMatch(
    /at most 40\. Of sign-outs and disables they may make 45 a second, where the quota is 25\.$/,
  );
});

test('a run tells of another once, and again when one of them gets another rate', async () => {
  vi.useFakeTimers();
  try {
    const there: Neighbour[] = [{ ...own, run: 'other', rate: 5 }];
    const neighbours: Neighbours = { meet: async () => [...there], leave: async () => undefined };
    const told: number[] = [];
    let rate = 20;
    const watch = await watchNeighbours(
      neighbours,
      () => ({ ...own, rate }),
      (now, others) => told.push(now.rate + (others[0]?.rate ?? 0)),
    );
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toEqual([25]);
    rate = 30;
    await vi.advanceTimersByTimeAsync(20_000);
    there[0] = { ...own, run: 'other', rate: 1 };
    await vi.advanceTimersByTimeAsync(20_000);
    rate = 20;
    await vi.advanceTimersByTimeAsync(20_000);
    there.push({ ...own, run: 'elsewhere', region: 'us-east-1' });
    await vi.advanceTimersByTimeAsync(20_000);
    there.splice(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toEqual([25, 35, 31, 21]);
    await watch.stop();
  } finally {
    vi.useRealTimers();
  }
});
