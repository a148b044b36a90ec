/** One benchmark, runnable by itself: `npm run bench -- <name>`. */
export interface Benchmark {
  name: string;
  /** What it measures, in a line. */
  title: string;
  run(): Promise<Result[]>;
}

/** One measured figure. */
export interface Result {
  what: string;
  value: number;
  unit: string;
  /** What issue 6 asks for; absent where a figure only explains another. */
  goal?: Goal;
  /** The figure of each round, of which `value` is the median. */
  rounds?: number[];
}

export type Goal = { atLeast: number; aim?: number } | { atMost: number };

export function isMet({ value, goal }: Result): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/**
 * Runs all sides by turns, so that whatever else the machine does meets them alike. The first round only warms up: compiled
 * code, connections, the file cache.
 */
export async function byTurns<Side extends string, Measured>(
  rounds: number,
  sides: Record<Side, (round: number) => Promise<Measured>>,
): Promise<Record<Side, Measured>[]> {
  const measured: Record<Side, Measured>[] = [];
  const names = Object.keys(sides) as Side[]; // a record's keys are what its type says
  for (let round = 0; round <= rounds; round += 1) {
    const one: Partial<Record<Side, Measured>> = {};
    for (const name of names) one[name] = await sides[name](round);
    if (round > 0) measured.push(one as Record<Side, Measured>); // each side was run just now
  }
  return measured;
}

/** A ratio of two sides, its rounds kept. */
export function ratio(what: string, rounds: number[], goal?: Goal): Result {
  return { what, value: median(rounds), unit: '×', rounds, ...(goal === undefined ? {} : { goal }) };
}

export function figure(what: string, rounds: number[], unit: string, goal?: Goal): Result {
  return { what, value: median(rounds), unit, rounds, ...(goal === undefined ? {} : { goal }) };
}
