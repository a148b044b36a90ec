import { lookIntoRunDirectory, type RunDirectory } from '../run/directory.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { openInput } from '../run/input.js';
import { type Standing, standingOf } from '../run/standing.js';
import { UsageError } from '../usage-error.js';
import { type AuditOptions, type Audited, audit } from '../verify/audit.js';
import { ExitCode } from './exit-code.js';
import { keyOfRun } from '../run/key-source.js';
import { facts } from './text-block.js';

const NAMES: Readonly<Record<Audited['what'], string>> = {
  report: 'Report',
  input: 'Input',
  lines: 'Lines',
  counts: 'Counts',
};

/** `verify --offline`: holds the files of a finished run against what was recorded. Answers the exit code. */
export async function auditRun(
  path: string,
  { json, reportSha256 }: { json: boolean; reportSha256?: string | undefined },
): Promise<number> {
  const directory = await lookIntoRunDirectory(path);
  const standing = await standingOf(directory);
  if (standing.kind !== 'finished') {
    throw new UsageError(
      `There is no ${escapeForTerminal(directory.summary)} to hold the files against: the run has not finished, or it was removed.`,
    );
  }
  const { record, summary } = standing;
  const found = await audit({
    report: directory.report,
    summary,
    caseSensitive: record.pool.caseSensitive,
    noted: reportSha256,
    input: await inputOf(standing, directory),
  });
  const ok = found.every((one) => one.ok);
  process.stdout.write(
    json
      ? `${JSON.stringify({ run: record.id, ok, checks: found })}\n`
      : `${facts(found.map((one) => [NAMES[one.what], `${one.ok ? 'good' : 'WRONG'}: ${one.found}`]))}\n  ${ok ? 'All is' : 'Not all is'} as it was recorded.\n`,
  );
  return ok ? ExitCode.succeeded : ExitCode.someFailed;
}

async function inputOf(
  { record, summary }: Standing & { kind: 'finished' },
  directory: RunDirectory,
): Promise<AuditOptions['input']> {
  if (record.input.sha256 !== summary.inputSha256) {
    return { missing: 'run.json and summary.json do not name the same SHA-256 of it' };
  }
  try {
    const key = record.input.sealed === true ? keyOfRun(record, directory) : undefined;
    return { manifest: await openInput(record, directory, key) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { missing: error.message };
  }
}
