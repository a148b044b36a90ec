import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { QueueEvents } from 'bullmq';
import { pino } from 'pino';
import { expect, vi } from 'vitest';
import { signOutcome } from '../../jobs/authentic.js';
import { jobIdOf, rowOf } from '../../jobs/job-id.js';
import type { ManifestRow } from '../../src/manifest/manifest.js';
import type { Outcome } from '../../src/outcome.js';
import { policyOf } from '../../src/password/policy.js';
import { keyFingerprint, RunKey } from '../../src/password/run-key.js';
import { createReport, resumeReport } from '../../src/report/report-file.js';
import { createReporter } from '../../src/report/reporter.js';
import { createCollector } from '../../src/run/collect.js';
import { feed } from '../../src/run/feed.js';
import type { Plan } from '../../src/run/plan.js';
import { type FakeJob, FakeStore } from './fake-queue.js';

const KEY = new RunKey(new Uint8Array(32).fill(3));
const RUN = 'model';
const WINDOW = 4;
const PLAN: Plan = {
  version: 1,
  run: RUN,
  pool: 'eu-west-1_Model',
  permanent: true,
  rate: 100,
  keyFingerprint: keyFingerprint(KEY),
  passwords: { mode: 'discard' },
};

export type Step =
  | 'forget'
  | 'take'
  | 'apply'
  | 'complete'
  | 'complete unheard'
  | 'stall'
  | 'look'
  | 'wait'
  | 'crash'
  | 'flush';
export const STEPS: readonly Step[] = [
  ...(['take', 'take', 'take', 'apply', 'apply', 'complete', 'complete', 'complete'] as const),
  ...([
    'complete unheard',
    'stall',
    'look',
    'wait',
    'wait',
    'crash',
    'crash',
    'flush',
    'forget',
    'forget',
  ] as const),
];

/**
 * The life of a row: unread → queued → active → done → lined. Real are the producer, the collector and the reporter on
 * a real file; the queue is a model of one, the workers and the pool are this file. The process dies after any
 * step; the queue may lose everything, an event, or a worker.
 */
export async function createWorld(rows: number) {
  // The collector's look at the queue, once a second, is a step here; file and event loop are real.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const dir = await mkdtemp(join(tmpdir(), 'model-'));
  const path = join(dir, 'report.csv');
  const store = new FakeStore();
  /** What the pool did, by row. */
  const applied = new Map<number, number>();
  /** Rows that had their line at a crash, and how often they had been applied then. */
  const lined = new Map<number, number>();
  const handled = new Set<FakeJob>();
  let before = Buffer.alloc(0);
  let report = await createReport(path);
  let process = begin(false);

  /** Every third row is refused by the manifest and never queued. */
  async function* manifest(): AsyncGenerator<ManifestRow[]> {
    for (let row = 1; row <= rows; row += 1) {
      const at = { row, line: row + 1, username: `user-${row}`, fields: [] };
      yield [
        row % 3 === 0
          ? { kind: 'refused', ...at, status: 'failed', error: 'InvalidUsername', message: 'no' }
          : { kind: 'user', ...at },
      ];
    }
  }

  function begin(resumed: boolean) {
    const halt = new AbortController();
    const alive = () => !halt.signal.aborted;
    const events = new EventEmitter();
    const { file, lastRow } = report;
    const dying = {
      ...file,
      append: async (lines: string) => {
        if (!alive()) throw new Error('the process is dead');
        await file.append(lines);
      },
    };
    const reporter = createReporter({
      report: { ...report, file: dying },
      window: WINDOW,
      onWriteError: () => {},
    });
    const queue = store.queueFor(alive);
    const collector = createCollector({
      // Only its events are used of QueueEvents.
      backend: {
        shared: true,
        events: () => events as unknown as QueueEvents,
        forgetFinished: async () => {},
      },
      queue,
      reporter,
      window: WINDOW,
      jobOptions: {},
      run: RUN,
      key: KEY,
      log: pino({ level: 'silent' }),
      onStop: ({ message }) => {
        throw new Error(message);
      },
    });
    const running = (async () => {
      if (resumed) await collector.recover();
      const last = await feed(manifest(), {
        plan: PLAN,
        key: KEY,
        admission: { mode: 'discard', policy: policyOf({}) },
        queue,
        queueAnswers: () => true,
        window: WINDOW,
        jobOptions: {},
        reporter,
        collector,
        sentBefore: new Set(),
        resumedUpTo: resumed ? lastRow + WINDOW : 0,
        queueWasLost: false,
        gate: undefined,
        stop: () => undefined,
        signal: halt.signal,
      });
      await reporter.waitUntilSynced(last, halt.signal);
      return 'finished' as const;
    })().catch((error: unknown) => {
      if (alive()) throw error;
      return 'crashed' as const;
    });
    running.catch(() => undefined);
    return { halt, events, reporter, collector, running };
  }

  const settle = () => delay(3);
  const pickOf = <T>(from: readonly T[], pick: number): T | undefined =>
    from[pick % Math.max(1, from.length)];

  async function complete(pick: number, heard: boolean): Promise<void> {
    const job = pickOf(
      store.inState('active').filter((one) => handled.has(one)),
      pick,
    );
    const row = rowOf(job?.id ?? '');
    if (job === undefined || row === undefined) return;
    const outcome: Outcome = {
      status: 'succeeded',
      calls: {
        attempts: 1,
        throttles: 0,
        startedAt: '2026-01-01T00:00:00.000Z',
        finishedAt: '2026-01-01T00:00:00.000Z',
      },
    };
    job.state = 'completed';
    job.returnvalue = signOutcome(KEY, { run: RUN, row }, outcome);
    if (heard)
      process.events.emit('completed', { jobId: job.id, returnvalue: JSON.stringify(job.returnvalue) });
    await settle();
  }

  const steps: Record<Step, (pick: number) => Promise<void>> = {
    take: async (pick) => {
      const job = pickOf(store.inState('waiting'), pick);
      if (job === undefined) return settle();
      job.state = 'active';
      job.started += 1;
    },
    apply: async (pick) => {
      const job = pickOf(
        store.inState('active').filter((one) => !handled.has(one)),
        pick,
      );
      const row = rowOf(job?.id ?? '');
      if (job === undefined || row === undefined) return;
      handled.add(job);
      applied.set(row, (applied.get(row) ?? 0) + 1);
    },
    complete: (pick) => complete(pick, true),
    'complete unheard': (pick) => complete(pick, false),
    // Its worker died: the job goes to another, which does it again.
    stall: async (pick) => {
      const job = pickOf(store.inState('active'), pick);
      if (job === undefined) return;
      job.state = 'waiting';
      handled.delete(job);
    },
    look: async () => {
      vi.advanceTimersByTime(1_000);
      await settle();
    },
    wait: () => delay(25),
    crash: async () => {
      process.halt.abort();
      process.collector.close();
      await process.running;
      await process.reporter.close();
      const now = await readFile(path);
      const whole = now.subarray(0, now.lastIndexOf(10) + 1);
      expect(whole.subarray(0, before.length).equals(before), 'a written line was changed').toBe(true);
      before = Buffer.from(whole);
      report = await resumeReport(path);
      for (let row = 1; row <= report.lastRow; row += 1)
        if (!lined.has(row)) lined.set(row, applied.get(row) ?? 0);
      process = begin(true);
      await settle();
    },
    // BullMQ removes finished jobs; those of rows with a line may be gone at any time.
    forget: async () => {
      for (const { id } of store.inState('completed'))
        if ((rowOf(id) ?? 0) <= process.reporter.syncedRow) store.jobs.delete(id);
    },
    flush: async () => {
      store.jobs.clear();
      handled.clear();
    },
  };

  return {
    do: async (step: Step, pick: number) => {
      await steps[step](pick);
      const withoutLine = [...store.jobs.keys()].filter(
        (id) => (rowOf(id) ?? 0) > process.reporter.syncedRow,
      );
      expect(withoutLine.length, 'more than a window of rows is in the queue').toBeLessThanOrEqual(WINDOW);
    },
    finish: async () => {
      let finished = false;
      void process.running.then((how) => (finished = how === 'finished'));
      for (let round = 0; !finished; round += 1) {
        if (round > 3_000) throw new Error('the run does not finish');
        await steps.take(0);
        await steps.apply(0);
        await complete(0, true);
        if (round % 10 === 9) await steps.look(0);
      }
    },
    check: async () => {
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1);
      expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(
        Array.from({ length: rows }, (_, index) => index + 1),
      );
      for (const [index, line] of lines.entries()) {
        const row = index + 1;
        const status = line.split(',')[3];
        expect(status, jobIdOf(row)).toBe(row % 3 === 0 ? 'failed' : 'succeeded');
        expect((applied.get(row) ?? 0) > 0, `row ${row} says what the pool did`).toBe(status === 'succeeded');
      }
      for (const [row, times] of lined)
        expect(applied.get(row) ?? 0, `row ${row} had its line and was called again`).toBe(times);
    },
    end: async () => {
      process.halt.abort();
      process.collector.close();
      await process.reporter.close();
      vi.useRealTimers();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
