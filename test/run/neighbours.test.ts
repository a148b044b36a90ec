import { expect, test } from 'vitest';
import type { Neighbour } from '../../src/queue/neighbours.js';
import { neighbourText, sharesQuota } from '../../src/run/neighbours.js';

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
  expect(neighbourText(own, other, 30)).toBe(
    'the run other on there is under way on this queue, in pool eu-west-1_One with up to 10 calls a second. ' +
      'Both share the quota of 30 a second in eu-west-1; together they make at most 30.',
  );
  expect(neighbourText(own, { ...other, rate: 20 }, 30)).toMatch(/together they may make 40, .*set-rate/);
  expect(neighbourText(own, { ...other, region: 'us-east-1' }, 30)).toBeUndefined();
});
