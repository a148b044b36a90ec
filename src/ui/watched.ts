import type { Queue } from 'bullmq';
import { errorHint } from '../report/error-hints.js';
import { type ReportRow, reportedError } from '../report/report-line.js';
import type { RunDirectory } from '../run/directory.js';
import type { RunRecord } from '../run/record.js';
import type { Snapshot } from '../run/snapshot.js';
import { createHistory, type Sample } from './history.js';

/** A live run, as far as the page asks about it. */
export interface WatchedRun {
  record: RunRecord;
  directory: RunDirectory;
  snapshot: () => Snapshot;
  queue: () => Queue;
}

export interface Failure {
  row: number;
  line: number;
  username: string;
  error: string;
  message: string;
}

/** What the page is told, once a second. */
export interface Told {
  state: Snapshot['state'] | 'starting' | 'ended';
  run: { id: string; pool: string; poolId: string; directory: string } | undefined;
  snapshot: Snapshot | undefined;
  /** What to do about each error. */
  hints: Record<string, string>;
  samples: readonly Sample[];
  failures: readonly Failure[];
  /** How it ended, in words. */
  ended: string | undefined;
}

const FAILURES_KEPT = 10;
/** How often the charts get a sample, in ms. */
const LOOK_EVERY = 1_000;

/** Gathers what the page shows of a run: from its start, whether anybody looks or not. */
export function createWatch() {
  const history = createHistory();
  let failures: Failure[] = [];
  let run: WatchedRun | undefined;
  let facts: Told['run'];
  let last: Snapshot | undefined;
  let ended: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    last = run?.snapshot() ?? last;
    if (last !== undefined) history.add(last);
  };
  return {
    run: () => run,
    begin: (begun: WatchedRun) => {
      run = begun;
      facts = factsOf(begun);
      look();
      timer = setInterval(look, LOOK_EVERY).unref();
    },
    lines: (rows: readonly ReportRow[]) => {
      const failed = rows.flatMap(({ row, line, username, outcome }) =>
        outcome.status === 'failed'
          ? [{ row, line, username, error: reportedError(outcome) ?? '', message: outcome.message }]
          : [],
      );
      failures = [...failed.toReversed(), ...failures].slice(0, FAILURES_KEPT);
    },
    end: (how: string) => {
      clearInterval(timer);
      look();
      run = undefined;
      ended = how;
    },
    told: (): Told => {
      const snapshot = run?.snapshot() ?? last;
      return {
        state: ended === undefined ? (snapshot?.state ?? 'starting') : 'ended',
        run: facts,
        snapshot,
        hints: hintsOf(snapshot),
        samples: history.samples(),
        failures,
        ended,
      };
    },
  };
}

export type Watch = ReturnType<typeof createWatch>;

function factsOf({ record: { id, pool }, directory }: WatchedRun): Told['run'] {
  return { id, pool: pool.name, poolId: pool.id, directory: directory.path };
}

function hintsOf(snapshot: Snapshot | undefined): Record<string, string> {
  const hints = Object.keys(snapshot?.byError ?? {}).map((error) => [error, errorHint(error)]);
  // Names without a hint have none here either.
  return Object.fromEntries(hints.filter(([, hint]) => hint !== undefined)) as Record<string, string>;
}
