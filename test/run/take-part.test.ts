import type { Queue } from 'bullmq';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { keyFingerprint, RunKey } from '../../src/password/run-key.js';
import type { QueueBackend } from '../../src/queue/backend.js';
import { NotAPlanError, type Plan } from '../../src/run/plan.js';
import { type Part, takePart } from '../../src/run/take-part.js';

const key = new RunKey(new Uint8Array(32).fill(3));
const plan: Plan = {
  version: 1,
  run: 'run-1',
  pool: 'eu-west-1_Part1',
  permanent: true,
  rate: 100,
  keyFingerprint: keyFingerprint(key),
  passwords: { mode: 'discard' },
};

test('a worker whose plan is replaced by one that it can’t read lets its calls in flight finish', async () => {
  const jobs: unknown[] = [{ data: { plan, code: '' } }, { data: { plan: { version: 2 } } }];
  let drained = 0;
  await expect(
    takePart({
      // All that it uses of them: nobody is told of anything here.
      board: { getJob: async () => jobs.shift() } as unknown as Queue,
      backend: { answers: () => true } as unknown as QueueBackend,
      fault: new Promise(() => undefined),
      plan,
      key,
      signal: new AbortController().signal,
      log: pino({ level: 'silent' }),
      // Its pacers are for who shows them.
      start: () => ({ drain: async () => void (drained += 1) }) as unknown as ReturnType<Part['start']>,
    }),
  ).rejects.toThrow(NotAPlanError);
  expect(drained).toBe(1);
});
