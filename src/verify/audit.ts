import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Manifest, readManifest } from '../manifest/manifest.js';
import { readReport } from '../report/read-report.js';
import { openReportToRead } from '../report/report-file.js';
import type { ReportRecord } from '../report/report-line.js';
import { errorCode } from '../report/report-write-error.js';
import type { Summary } from '../report/summary.js';
import { sha256OfFile } from '../sha256-of.js';
import { emptyTally, addToTally, entryOfRecord } from '../report/tally.js';
import { OUTCOME_STATUSES } from '../outcome.js';
import { UsageError } from '../usage-error.js';
import { withCommas } from '../with-commas.js';

/** Whether one thing is as it was recorded. */
export interface Audited {
  what: 'report' | 'input' | 'lines' | 'counts';
  ok: boolean;
  /** What was found, in words. */
  found: string;
}

export interface AuditOptions {
  report: string;
  summary: Summary;
  caseSensitive: boolean;
  /** The SHA-256 that somebody noted elsewhere when the run ended, in hex. */
  noted?: string | undefined;
  /** The input as it was, or why it can't be had. */
  input: { manifest: Manifest } | { missing: string };
}

/** Holds what a finished run left behind against what it recorded; asks nobody. */
export async function audit(options: AuditOptions): Promise<Audited[]> {
  const unread = await whyUnread(options.report);
  if (unread !== undefined) return [{ what: 'report', ok: false, found: unread }, auditInput(options)];
  return [await auditReport(options), auditInput(options), ...(await auditLines(options))];
}

/** In words; undefined for a report that can be read. */
async function whyUnread(report: string): Promise<string | undefined> {
  try {
    await access(report, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? 'it is missing' : `it can’t be read (${code})`;
  }
}

async function auditReport({ report, summary, noted }: AuditOptions): Promise<Audited> {
  const found = await sha256OfFile(report);
  const what = 'report';
  if (found !== summary.reportSha256) {
    return {
      what,
      ok: false,
      found: `it differs: its SHA-256 is ${found}, ${summary.reportSha256} was recorded`,
    };
  }
  if (noted !== undefined && found !== noted.toLowerCase()) {
    return {
      what,
      ok: false,
      found: `its SHA-256 is ${found}, as summary.json says, but not the one that was noted`,
    };
  }
  return { what, ok: true, found: `as the run left it: SHA-256 ${found}` };
}

function auditInput({ input, summary }: AuditOptions): Audited {
  return 'missing' in input
    ? { what: 'input', ok: false, found: input.missing }
    : { what: 'input', ok: true, found: `as the run found it: SHA-256 ${summary.inputSha256}` };
}

/** Each row of the input must have exactly one line, in order, with its own line number and username. */
async function auditLines(options: AuditOptions): Promise<Audited[]> {
  const { report, summary, input } = options;
  const tally = emptyTally();
  try {
    const lines = reportLines(report);
    if ('manifest' in input) {
      const wrong = await compare(lines, input.manifest, options, (record) =>
        addToTally(tally, entryOfRecord(record)),
      );
      if (wrong !== undefined) return [{ what: 'lines', ok: false, found: wrong }];
    } else {
      for await (const record of lines) addToTally(tally, entryOfRecord(record));
    }
  } catch (error) {
    // The reader says in words where a report is none.
    if (!(error instanceof UsageError)) throw error;
    return [{ what: 'lines', ok: false, found: error.message }];
  }
  const { rows, byStatus } = tally;
  const same =
    rows === summary.rows &&
    OUTCOME_STATUSES.every((status) => byStatus[status] === summary.byStatus[status]);
  return [
    {
      what: 'lines',
      ok: true,
      found: `${withCommas(rows)}, each row once and in order${'manifest' in input ? ', each of its own user' : ''}`,
    },
    {
      what: 'counts',
      ok: same,
      found: same ? 'the report’s are those of summary.json' : 'the report’s are not those of summary.json',
    },
  ];
}

/** In words what is wrong; undefined if nothing is. */
async function compare(
  lines: AsyncGenerator<ReportRecord>,
  manifest: Manifest,
  { caseSensitive }: AuditOptions,
  onLine: (record: ReportRecord) => void,
): Promise<string | undefined> {
  for await (const batch of readManifest(manifest, { caseSensitive })) {
    for (const { row, line, username } of batch) {
      const next = await lines.next();
      if (next.done === true)
        return `row ${row} (line ${line} of the input) has no line, nor have those after it`;
      if (next.value.line !== line || next.value.username !== username) {
        return `the line of row ${row} is not of the user in line ${line} of the input`;
      }
      onLine(next.value);
    }
  }
  const more = await lines.next();
  return more.done === true ? undefined : `row ${more.value.row} is in no line of the input`;
}

async function* reportLines(report: string): AsyncGenerator<ReportRecord> {
  const file = await openReportToRead(report);
  try {
    for await (const { records } of readReport(file, report)) yield* records;
  } finally {
    await file.close();
  }
}
