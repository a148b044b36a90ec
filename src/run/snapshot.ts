import { hostname } from 'node:os';
import { z } from 'zod';
import { stepCountsSchema } from '../report/summary.js';
import { errorsByCount } from '../report/tally.js';
import type { Pacer } from '../rate/pacer.js';
import type { LiveRun } from './live-run.js';

const count = z.int().nonnegative();

/** How a run stands at one moment: what the progress line, `status`, and programs are shown. */
export const snapshotSchema = z.object({
  version: z.literal(1),
  /** The run's id. */
  run: z.string(),
  pid: z.int().positive(),
  host: z.string(),
  /** The last two are what a process that has ended says of itself; one that was killed says nothing. */
  state: z.enum(['running', 'paused', 'interrupted', 'stopped']),
  /** ISO 8601 UTC: when this was so, and when this process began. */
  at: z.string(),
  startedAt: z.string(),
  /** Rows of the input; an estimate by its size until it was read to its end. */
  rows: count,
  rowsAreExact: z.boolean(),
  /** Rows whose outcome is known: of a run that goes on, some of their lines may wait for an older row's. */
  done: count,
  byStatus: z.object({ succeeded: count, failed: count, skipped: count, unprocessed: count }),
  /** By the error's name, the most frequent first, ten at most. */
  byError: z.record(z.string(), count),
  /** For each step that was asked: of how many rows it is done. Absent in a plain run. */
  steps: stepCountsSchema.optional(),
  /** Calls sent for users, throttled ones apart. */
  calls: count,
  throttles: count,
  /** Rows a second, over the last half minute. */
  perSecond: z.number().nonnegative(),
  /** Calls a second that are allowed now, and at most. */
  rate: z.number(),
  limit: z.number(),
  /** Why nothing is sent just now, or less than was asked for; absent while all is well. */
  waiting: z.string().optional(),
  /** ISO 8601 UTC: when the last row is done at this pace; absent while nothing moves. */
  endsAt: z.string().optional(),
  /** Why it was stopped. */
  reason: z.object({ error: z.string(), message: z.string() }).optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** A pause shorter than this is only the pace itself, in ms, and a rate this near to what was asked for is that rate. */
const WORTH_SAYING = 400;
const NEARLY_ALL = 0.95;
/** The pace is measured over this time, in ms: long enough to be steady, short enough to follow a new rate. */
const PACE_OVER = 30_000;
const ERRORS_SHOWN = 10;

/** How a process that leaves its run to be resumed says that it ended. */
export type LastState = Pick<Snapshot, 'reason'> & { state: 'interrupted' | 'stopped' };

/** Takes snapshots of a live run, each by the ones before it: the pace is what lies between them. */
export function createSnapshots(run: string, live: LiveRun): (last?: LastState) => Snapshot {
  // What an earlier process left as done in the queue is no pace of this one.
  let samples = [{ at: Date.now(), done: live.reporter.heard.rows }];
  return (last) => {
    const now = Date.now();
    // What has no line when its process ends is heard of again by the next one.
    const tally = last === undefined ? live.reporter.heard : live.reporter.tally;
    const done = tally.rows;
    // While a person makes the run wait there is no pace to be measured.
    if (live.paused() || live.asking()) samples = [];
    samples.push({ at: now, done });
    while (samples.length > 2 && now - (samples[1]?.at ?? now) > PACE_OVER) samples.shift();
    const since = samples[0] ?? { at: now, done };
    const perSecond = now > since.at ? ((done - since.done) * 1000) / (now - since.at) : 0;
    const { rows, exact } = live.rows();
    const { rate, limit } = live.pacers.passwords.view();
    const waiting = last === undefined ? waitingFor(live) : undefined;
    const endsAt = now + ((rows - done) / perSecond) * 1000;
    return {
      version: 1,
      run,
      pid: process.pid,
      host: hostname(),
      ...(last ?? { state: live.paused() ? 'paused' : 'running' }),
      at: new Date(now).toISOString(),
      startedAt: new Date(live.startedAt).toISOString(),
      rows,
      rowsAreExact: exact,
      done,
      byStatus: { ...tally.byStatus },
      byError: Object.fromEntries(errorsByCount(tally.byError).slice(0, ERRORS_SHOWN)),
      ...(live.pacers.updates === undefined ? {} : { steps: tally.steps }),
      calls: tally.calls,
      throttles: tally.throttles,
      perSecond: Math.round(perSecond * 10) / 10,
      rate: Math.round(rate * 10) / 10,
      limit,
      ...(waiting === undefined ? {} : { waiting }),
      ...(last === undefined && perSecond > 0 && endsAt < LATEST_DATE
        ? { endsAt: new Date(endsAt).toISOString() }
        : {}),
    };
  };
}

/** The last moment that a Date can name, in ms. */
const LATEST_DATE = 8.64e15;

function waitingFor(live: LiveRun): string | undefined {
  if (!live.queueAnswers()) return 'the queue does not answer';
  if (live.paused()) return 'paused';
  if (live.asking()) return 'an answer at its terminal';
  const { passwords, updates } = live.pacers;
  const what = updates === undefined ? 'slow down' : 'slow down with passwords';
  const waiting = waitingForPace(passwords, what);
  return waiting ?? (updates && waitingForPace(updates, 'slow down with sign-outs'));
}

function waitingForPace(pacer: Pick<Pacer, 'view'>, what: string): string | undefined {
  const { rate, limit, pausedMs, why } = pacer.view();
  const isHeldUp = pausedMs >= WORTH_SAYING;
  if (why === 'outage' && isHeldUp) return 'nobody answers at the endpoint';
  // Said until the rate is back, not only in the short pauses: it is why the run takes longer.
  if (rate >= NEARLY_ALL * limit && !isHeldUp) return undefined;
  return `the service asked us to ${what} (rate ${limit} → ${rate.toFixed(rate < 10 ? 1 : 0)}/s)`;
}
