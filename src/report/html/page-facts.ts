/** What the page says of a run besides what stands in its report. All of it is text to be escaped. */
export interface PageFacts {
  /** The run's id. */
  run: string;
  pool: { id: string; name: string };
  /** What was asked, in the order to show. */
  asked: readonly Fact[];
  /** By whom and when. */
  begun: readonly Fact[];
  /** Calls that were answered with "slow down", if it is known. */
  throttles: number | undefined;
  /** Why the page doesn't show the end of a run; undefined for a finished one. */
  unfinished: string | undefined;
  /** What the reader must know before believing the page: a run that was cancelled, a report that was changed. */
  warnings: readonly string[];
  /** SHA-256 of the manifest and of report.csv, in hex, if they are known. */
  checksums: readonly Fact[];
  /** The program's version. */
  program: string;
  /** ISO 8601 UTC. */
  madeAt: string;
}

export interface Fact {
  name: string;
  value: string;
}
