import { z } from 'zod';
import { STEPS } from '../steps.js';
import { UsageError } from '../usage-error.js';
import { parseJson } from '../parse-json.js';
import { replaceFile } from './atomic-file.js';
import { errorsByCount, type Tally } from './tally.js';
import { escapeForTerminal } from './terminal-text.js';

const count = z.int().nonnegative();
const stepCount = z.object({ yes: count, no: count, unknown: count }).optional();
export const stepCountsSchema = z.object({
  disabled: stepCount,
  password_set: stepCount,
  signed_out: stepCount,
});

/** summary.json: what a run came to. */
export const summarySchema = z.object({
  /** The run's id. */
  run: z.string(),
  /** The user pool's id. */
  pool: z.string(),
  /** How the passwords were made: `generate`, `password-column` or `discard`. */
  mode: z.string(),
  /** Lines of the report; the sum of `byStatus`. */
  rows: count,
  byStatus: z.object({ succeeded: count, failed: count, skipped: count, unprocessed: count }),
  /** By the error's name, the most frequent first. */
  byError: z.record(z.string(), count),
  /** For each step that was asked: of how many rows it is done. Absent in a plain run. */
  steps: stepCountsSchema.optional(),
  /** Calls sent for users, throttled ones apart. */
  calls: count,
  /** Calls that were answered with "slow down"; of a resumed run, those since it was last resumed. */
  throttles: count,
  /** Calls a second from the first start to the last finish; absent if there was no such time. */
  rate: z.number().nonnegative().optional(),
  /** ISO 8601: when the first call started; absent if none was sent. */
  startedAt: z.string().optional(),
  /** ISO 8601: when the last call ended; absent if none was sent. */
  finishedAt: z.string().optional(),
  /** ISO 8601: when the run was cancelled; absent for one that came to its end. */
  cancelledAt: z.string().optional(),
  /** SHA-256 of the manifest, in hex. */
  inputSha256: z.string(),
  /** SHA-256 of report.csv, in hex. */
  reportSha256: z.string(),
});

export type Summary = z.infer<typeof summarySchema>;

/** What the tally doesn't know of a run. */
export type RunFacts = Pick<
  Summary,
  'run' | 'pool' | 'mode' | 'cancelledAt' | 'inputSha256' | 'reportSha256'
>;

export function summarize(tally: Readonly<Tally>, facts: RunFacts): Summary {
  const { rows, byStatus, calls, throttles, startedAt, finishedAt } = tally;
  const milliseconds = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '');
  return {
    ...facts,
    rows,
    byStatus: { ...byStatus },
    byError: Object.fromEntries(errorsByCount(tally.byError)),
    ...(STEPS.some((step) => tally.steps[step] !== undefined) && { steps: tally.steps }),
    calls,
    throttles,
    ...(milliseconds > 0 && { rate: Math.round((calls / milliseconds) * 1e5) / 100 }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
  };
}

/** Writes summary.json (0600), as a whole or not at all. @throws ReportWriteError */
export async function writeSummary(path: string, summary: Summary): Promise<void> {
  await replaceFile(path, (file) =>
    file.writeFile(`${JSON.stringify(summarySchema.parse(summary), null, 2)}\n`),
  );
}

/** What summary.json says. @throws UsageError for what no run has written */
export function parseSummary(text: string, path: string): Summary {
  const parsed = summarySchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${escapeForTerminal(path)} is not a run’s summary: it was changed or is of another version. Put it back as it was; what became of each user is in report.csv.`,
  );
}
