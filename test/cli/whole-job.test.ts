import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { redisClient } from '../support/redis-client.js';
import type { Fault } from '../support/stand-in/options.js';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { useScene } from './scene.js';
import { csvOf, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Wholejob';
const ROWS = 5_000;

const scene = useScene({ pools: [poolWithHistory(POOL, ROWS)] });

/** Rows of the file's own trouble, one in ten: nobody of that name, a name seen before, white space. */
const NAMES = Array.from({ length: ROWS }, (_, index) => {
  if (index % 20 === 7) return `nobody-${index}`;
  if (index % 40 === 11) return 'user-1';
  return index % 40 === 31 ? `two words ${index}` : `user-${index + 1}`;
});
const OWN_ERRORS = ['DuplicateUsername', 'InvalidUsername'];

/** Trouble of the service on top, by the row's number: with two kinds on a row, the first. */
const TROUBLE: { every: number; action: Fault['action']; times?: number }[] = [
  { every: 211, action: { kind: 'error', name: 'UnsupportedUserStateException' } },
  { every: 223, action: { kind: 'error', name: 'InternalErrorException' }, times: 1 },
  { every: 227, action: { kind: 'reset-after-apply' }, times: 1 },
  { every: 229, action: { kind: 'cut-body' }, times: 1 },
  { every: 233, action: { kind: 'html-503' }, times: 1 },
  { every: 2_499, action: { kind: 'error', name: 'TooManyRequestsException' }, times: 1 },
];

function faults(): Fault[] {
  return NAMES.flatMap((username, index) => {
    const trouble = TROUBLE.find(({ every }) => (index + 1) % every === 0);
    if (trouble === undefined) return [];
    const { action, times } = trouble;
    return [{ username, action, ...(times === undefined ? {} : { times }) }];
  });
}

const summarySchema = z.object({
  byStatus: z.record(z.string(), z.number()),
  byError: z.record(z.string(), z.number()),
  calls: z.number(),
  throttles: z.number(),
});

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: (): string[] => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ queue, flags }) => {
  test('5,000 rows with 10 % trouble get 5,000 lines, each of which agrees with what the pool did', async () => {
    await scene.standIn.setFaults(faults());
    await scene.workplace.write('users.csv', csvOf(NAMES));
    const fast = ['--quota', '100000', '--rate', 'max', '--concurrency', '50'];
    const result = await scene.run(scene.runOn(POOL, ...fast, '--generate', ...flags()));
    expect(result.stderr).not.toContain('cognito-bulk-reset:');
    expect(result.code).toBe(1);

    const ledger = await scene.standIn.calls();
    const sent = Map.groupBy(
      ledger.filter(({ operation }) => operation === 'AdminSetUserPassword'),
      ({ username }) => username,
    );
    const lines = scene.workplace.report();
    expect(lines.map(({ row }) => Number(row))).toEqual(NAMES.map((_, index) => index + 1));
    expect(lines.map(({ username }) => username)).toEqual(NAMES);
    for (const { row, username, status, error, attempts, request_id } of lines) {
      const own = OWN_ERRORS.includes(error) ? [] : (sent.get(username) ?? []);
      const answered = own.filter(({ answer }) => answer !== 'TooManyRequestsException');
      // Each line's request id leads to the call that decided it; throttled calls are counted apart.
      const deciding = OWN_ERRORS.includes(error) ? undefined : ledger[Number(request_id.slice(-12))];
      const told = own.map(({ at, answer }) => `${at.toFixed(0)} ${answer}`);
      expect(deciding, `row ${row}, called at ${told.join(', ')}`).toEqual(own.at(-1));
      expect(Number(attempts), `row ${row}`).toBe(answered.length);
      // What the line says is what the pool did, lost answers included.
      const applied = own.filter((call) => call.applied).length;
      expect(applied, `row ${row}`).toBe(status === 'succeeded' ? 1 : 0);
      if (status === 'failed' && deciding !== undefined) expect(error).toBe(deciding.answer);
      if (status === 'skipped') expect(error).toBe('DuplicateUsername');
    }

    const summary = summarySchema.parse(scene.workplace.json('summary.json'));
    const linesOf = (status: string) => lines.filter((line) => line.status === status).length;
    expect(summary.byStatus).toEqual({
      succeeded: linesOf('succeeded'),
      failed: linesOf('failed'),
      skipped: linesOf('skipped'),
      unprocessed: 0,
    });
    expect(Object.values(summary.byError).reduce((sum, times) => sum + times)).toBe(
      linesOf('failed') + linesOf('skipped'),
    );
    expect(summary.throttles).toBe(2);
    expect(summary.calls).toBe([...sent.values()].flat().length - 2);
    expect(scene.workplace.has('queue')).toBe(false);
    if (queue === 'Redis') await expectNothingLeftOf(scene.workplace);
  });
});

async function expectNothingLeftOf({ json }: Workplace): Promise<void> {
  const redis = redisClient();
  const { id } = z.object({ id: z.string() }).parse(json('run.json'));
  expect(await redis.keys(`{cognito-bulk-reset:${id}}*`)).toEqual([]);
  redis.disconnect();
}
