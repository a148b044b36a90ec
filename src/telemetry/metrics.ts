import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { UserCall } from '../../jobs/reset-user.js';
import { OUTCOME_STATUSES } from '../outcome.js';
import type { Snapshot } from '../run/snapshot.js';

/** Seconds; the service answers AdminSetUserPassword in some 0.05 to 0.5, and a call's deadline is 15. */
const BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 15];
/** Results beyond these are counted as `other`: a name comes from the wire, and each is a time series for ever. */
const RESULTS_LIMIT = 40;

/** What Prometheus is told, by its naming conventions (https://prometheus.io/docs/practices/naming/). */
export interface Metrics {
  /** One call of this process was answered, or was given up. */
  called(call: UserCall): void;
  /** Labels of all that is told from now on. */
  label(run: string, pool: string): void;
  /** Where the run's own numbers come from; a worker elsewhere has none. */
  watch(snapshot: () => Snapshot, queueDepth: () => Promise<Record<string, number>>): void;
  /** The exposition format, and its content type. */
  text(): Promise<string>;
  contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'cognito_bulk_reset_calls_total',
    help: 'Calls of this process that ended, by operation and result: succeeded, throttled, or the name of the error.',
    labelNames: ['result', 'operation'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'cognito_bulk_reset_call_duration_seconds',
    help: 'Time from the start of a call to its answer.',
    labelNames: ['operation'] as const,
    buckets: BUCKETS,
    registers,
  });
  const results = new Set<string>();
  return {
    called: ({ operation, result, seconds }) => {
      const known = results.has(result) || results.size < RESULTS_LIMIT;
      if (known) results.add(result);
      calls.inc({ result: known ? result : 'other', operation });
      duration.observe({ operation }, seconds);
    },
    label: (run, pool) => registry.setDefaultLabels({ run, pool }),
    watch: (snapshot, queueDepth) => watchRun(registers, snapshot, queueDepth),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function watchRun(
  registers: Registry[],
  snapshot: () => Snapshot,
  queueDepth: () => Promise<Record<string, number>>,
): void {
  const gauge = (name: string, help: string, value: (now: Snapshot) => number) =>
    new Gauge({
      name: `cognito_bulk_reset_${name}`,
      help,
      registers,
      collect() {
        this.set(value(snapshot()));
      },
    });
  gauge(
    'rate_limit_calls_per_second',
    'Calls a second that are allowed now, over all workers.',
    ({ rate }) => rate,
  );
  gauge('rate_limit_max_calls_per_second', 'Calls a second that are allowed at most.', ({ limit }) => limit);
  gauge('expected_rows', 'Rows of the input; an estimate until it was read to its end.', ({ rows }) => rows);
  gauge('paused', '1 while the run is paused by hand.', ({ state }) => (state === 'paused' ? 1 : 0));
  gauge('waiting', '1 while nothing is sent: paused, slowed down, or nobody answers.', ({ waiting }) =>
    waiting === undefined ? 0 : 1,
  );
  let done = -1;
  let progressAt = Date.now();
  gauge('last_progress_timestamp_seconds', 'When a row last got its line in the report.', (now) => {
    if (now.done !== done) [done, progressAt] = [now.done, Date.now()];
    return progressAt / 1000;
  });
  const rows = new Gauge({
    name: 'cognito_bulk_reset_rows',
    help: 'Rows that have their line in the report, by status.',
    labelNames: ['status'] as const,
    registers,
    collect() {
      const { byStatus } = snapshot();
      for (const status of OUTCOME_STATUSES) this.set({ status }, byStatus[status]);
    },
  });
  rows.set({ status: 'succeeded' }, 0);
  new Gauge({
    name: 'cognito_bulk_reset_queue_jobs',
    help: 'Jobs in the queue, by state; at most one window of them, whatever the size of the input.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      // The queue is out of reach: its last depth stays.
      for (const [state, jobs] of Object.entries(await queueDepth().catch(() => ({}))))
        this.set({ state }, jobs);
    },
  });
}
