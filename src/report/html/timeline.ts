/** One column of the chart. */
export interface Bucket {
  /** Users whose first call was sent in this time. */
  users: number;
  /** Those of them who failed in the end. */
  failures: number;
}

/** Users over time, in equal steps without a gap. */
export interface Timeline {
  /** When the first bucket begins, in ms since 1970. */
  start: number;
  /** Seconds of one bucket. */
  step: number;
  buckets: Bucket[];
}

export interface TimelineCounter {
  /**
   * Counts a row at the time of its first call (ISO 8601); one without calls has none. Of its other calls the report
   * doesn't say when they were sent: to count them here or there would show a rate that there never was.
   */
  add(row: { attempts: number; startedAt: string | undefined; failed: boolean }): void;
  /** Undefined if no row had a time. */
  timeline(): Timeline | undefined;
}

/** Columns at most: each is some pixels wide on a screen. */
const COLUMNS = 120;
/** Buckets kept while counting, so that a run of months takes no more memory than one of minutes. */
const KEPT = 4_000;
/** Seconds that are easy to read off; each of the finest is a multiple of the one before it. */
const STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600];
const FINEST = [1, 10, 60, 600, 3_600, 21_600];
const LONGEST = 86_400;

/** Counts users by time in one pass, without knowing when the first and the last will be: rows come in the file's order. */
export function countTimeline(): TimelineCounter {
  let step = 1;
  let counts = new Map<number, Bucket>();
  return {
    add({ attempts, startedAt, failed }) {
      if (attempts === 0 || startedAt === undefined) return;
      const at = Math.floor(Date.parse(startedAt) / 1000 / step);
      if (Number.isNaN(at)) return;
      count(counts, at, { users: 1, failures: failed ? 1 : 0 });
      while (counts.size > KEPT) {
        const coarser = coarserThan(step);
        counts = merged(counts, coarser / step);
        step = coarser;
      }
    },
    timeline() {
      if (counts.size === 0) return undefined;
      const times = [...counts.keys()];
      const first = times.reduce((a, b) => Math.min(a, b)) * step;
      const last = times.reduce((a, b) => Math.max(a, b)) * step;
      const shown = readableStep(first, last, step);
      const columns = merged(counts, shown / step);
      const start = Math.floor(first / shown);
      const length = Math.floor(last / shown) - start + 1;
      return {
        start: start * shown * 1000,
        step: shown,
        buckets: Array.from(
          { length },
          (_, index) => columns.get(start + index) ?? { users: 0, failures: 0 },
        ),
      };
    },
  };
}

/** The finest readable step, a multiple of what was counted, that needs no more than the columns there are. */
function readableStep(first: number, last: number, counted: number): number {
  const fits = (step: number) =>
    step % counted === 0 && Math.floor(last / step) - Math.floor(first / step) < COLUMNS;
  const step = STEPS.find(fits);
  if (step !== undefined) return step;
  let days = Math.max(LONGEST, counted);
  while (!fits(days)) days *= 2;
  return days;
}

function coarserThan(step: number): number {
  return FINEST.find((one) => one > step) ?? Math.max(step * 2, LONGEST);
}

function merged(counts: ReadonlyMap<number, Bucket>, times: number): Map<number, Bucket> {
  const together = new Map<number, Bucket>();
  for (const [at, bucket] of counts) count(together, Math.floor(at / times), bucket);
  return together;
}

function count(counts: Map<number, Bucket>, at: number, { users, failures }: Bucket): void {
  const bucket = counts.get(at);
  if (bucket === undefined) {
    counts.set(at, { users, failures });
  } else {
    bucket.users += users;
    bucket.failures += failures;
  }
}
