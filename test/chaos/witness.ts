import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { derivePassword } from '../../src/password/derive.js';
import { readRunKey } from '../../src/password/key-file.js';
import { readRunRecord } from '../../src/run/record.js';
import type { Call } from '../support/stand-in/call-table.js';
import type { SpawnedStandIn } from '../support/stand-in/process.js';
import { passwordHash } from '../support/stand-in/password-hash.js';

/** Compares what the report says with what the pool did, at each death of the run and at its end. */
export interface Witness {
  writeManifest(path: string): Promise<void>;
  /** Looks at the report of a run that has just ended before its time. */
  look(): Promise<void>;
  hasSummary(): boolean;
  /** What does not hold, row by row; empty when all does. */
  verdict(): Promise<string[]>;
}

type Line = Record<'row' | 'username' | 'status' | 'error', string>;

export interface WitnessOptions {
  runDir: string;
  names: readonly string[];
  standIn: SpawnedStandIn;
  pool: string;
}

export function createWitness({ runDir, names, standIn, pool }: WitnessOptions): Witness {
  const report = join(runDir, 'report.csv');
  const violations: string[] = [];
  /** Who had a line when the run had ended, and how many calls there were then. */
  const looks: { written: Set<string>; calls: number }[] = [];
  let before = Buffer.alloc(0);

  const wholeLines = (): Buffer => {
    if (!existsSync(report)) return Buffer.alloc(0);
    const bytes = readFileSync(report);
    return bytes.subarray(0, bytes.lastIndexOf(10) + 1);
  };
  const keepsWhatWasWritten = (now: Buffer) => {
    if (!now.subarray(0, before.length).equals(before))
      violations.push('a line that was written was changed');
    before = Buffer.from(now);
  };

  return {
    writeManifest: (path) => writeFile(path, `username\n${names.join('\n')}\n`),
    look: async () => {
      const lines = wholeLines();
      keepsWhatWasWritten(lines);
      looks.push({
        written: new Set(linesOf(lines).map(({ username }) => username)),
        calls: await standIn.size(),
      });
    },
    hasSummary: () => existsSync(join(runDir, 'summary.json')),
    verdict: async () => {
      const bytes = wholeLines();
      keepsWhatWasWritten(bytes);
      const lines = linesOf(bytes);
      violations.push(...orderOf(lines, names));

      const calls = await standIn.calls();
      for (const { written, calls: since } of looks) {
        const again = calls
          .slice(since)
          .filter(({ operation, username }) => operation === 'AdminSetUserPassword' && written.has(username));
        for (const { username } of again) violations.push(`${username} had its line and was called again`);
      }

      const { shape, steps } = await readRunRecord(join(runDir, 'run.json'));
      const key = readRunKey(join(runDir, 'run.key'));
      const hashes = await standIn.lastPasswordHashes();
      const applied = await standIn.appliedCounts();
      const callsOf = Map.groupBy(calls, ({ username }) => username);
      for (const { row, username, status, error } of lines) {
        const times = applied[username] ?? 0;
        if (status === 'succeeded') {
          if (shape === undefined) throw new Error('The run has no shape.');
          const password = derivePassword(key, { poolId: pool, username, row: Number(row) }, shape);
          if (steps !== undefined) violations.push(...leftOpen(Number(row), callsOf.get(username) ?? []));
          if (times === 0) violations.push(`row ${row}: succeeded, and the pool never did it`);
          else if (hashes[username] !== passwordHash(password.reveal()))
            violations.push(`row ${row}: the pool has another password than the run's key gives`);
        } else if (status === 'failed') {
          if (error !== 'UserNotFoundException') violations.push(`row ${row}: failed with ${error}`);
          if (times > 0) violations.push(`row ${row}: failed, and the pool did it`);
        } else if (error !== 'DuplicateUsername') {
          violations.push(`row ${row}: ${status} with ${error}`);
        }
      }
      return violations;
    },
  };
}

/** A user who was to be disabled and signed out, after the password. */
function leftOpen(row: number, calls: readonly Call[]): string[] {
  const last = (operation: string) =>
    calls.findLastIndex((call) => call.applied && call.operation === operation);
  const password = last('AdminSetUserPassword');
  return [
    ...(last('AdminDisableUser') === -1 ? [`row ${row}: succeeded, and the user was not disabled`] : []),
    ...(last('AdminUserGlobalSignOut') < password
      ? [`row ${row}: succeeded, and the user was not signed out after the password`]
      : []),
  ];
}

function linesOf(report: Buffer): Line[] {
  return parse(report, { columns: true });
}

function orderOf(lines: readonly Line[], names: readonly string[]): string[] {
  if (lines.length !== names.length) return [`${lines.length} lines for ${names.length} rows`];
  return lines.flatMap(({ row, username }, index) =>
    Number(row) === index + 1 && username === names[index]
      ? []
      : [`line ${index + 1} is row ${row}, ${username}`],
  );
}
