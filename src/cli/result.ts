import type { Unfinished } from '../run/ending.js';
import type { Finished } from '../run/finish.js';

/** What came of a run, for programs: on standard output with --json, and for --on-finish and --webhook. */
export type RunResult = { status: 'finished' | Unfinished['kind']; runDirectory: string } & Record<
  string,
  unknown
>;

/** @param rows that have their lines */
export function resultOf(ended: Finished | Unfinished, runDirectory: string, rows: number): RunResult {
  if ('summary' in ended) return { ...ended.summary, status: 'finished', runDirectory };
  const how = { status: ended.kind, rows, runDirectory };
  switch (ended.kind) {
    case 'handed over':
      return { ...how, message: ended.why };
    case 'stopped': {
      const { error, message } = ended.reason;
      return { ...how, error, message, resume: resumeCommand(runDirectory) };
    }
    case 'interrupted':
      return { ...how, resume: resumeCommand(runDirectory) };
  }
}

export function resumeCommand(runDirectory: string): string {
  return `cognito-bulk-reset resume ${runDirectory}`;
}
