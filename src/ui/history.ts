import type { Snapshot } from '../run/snapshot.js';

/** One moment of the charts. */
export interface Sample {
  /** Seconds since 1970. */
  at: number;
  /** Rows a second. */
  perSecond: number;
  /** Calls a second that were allowed then. */
  rate: number;
  /** Calls that were throttled since the sample before. */
  throttles: number;
}

/** Samples kept: more than a screen has pixels. */
const KEPT = 1_200;

/** The run so far, in at most 1,200 samples: when there are more, each two become one. */
export function createHistory() {
  let samples: Sample[] = [];
  let throttles: number | undefined;
  /** How many looks make a sample, and those of the next one. */
  let every = 1;
  let gathered: Sample[] = [];
  return {
    add: (snapshot: Snapshot) => {
      const sample = {
        at: Date.parse(snapshot.at) / 1_000,
        perSecond: snapshot.perSecond,
        rate: snapshot.rate,
        throttles: snapshot.throttles - (throttles ?? snapshot.throttles),
      };
      throttles = snapshot.throttles;
      gathered.push(sample);
      if (gathered.length < every) return;
      samples.push(asOne(gathered));
      gathered = [];
      if (samples.length < KEPT) return;
      every *= 2;
      samples = Array.from({ length: KEPT / 2 }, (_, index) =>
        asOne(samples.slice(index * 2, index * 2 + 2)),
      );
    },
    samples: (): readonly Sample[] => samples,
  };
}

export type History = ReturnType<typeof createHistory>;

function asOne(some: readonly Sample[]): Sample {
  const mean = (of: (sample: Sample) => number) =>
    some.reduce((sum, one) => sum + of(one), 0) / (some.length || 1);
  return {
    at: some.at(-1)?.at ?? 0,
    perSecond: mean(({ perSecond }) => perSecond),
    rate: mean(({ rate }) => rate),
    throttles: some.reduce((sum, one) => sum + one.throttles, 0),
  };
}
