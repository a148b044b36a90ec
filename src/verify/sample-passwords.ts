import { readManifest } from '../manifest/manifest.js';
import { derivePassword } from '../password/derive.js';
import type { RunKey } from '../password/run-key.js';
import type { Secret } from '../password/secret.js';
import type { RunDirectory } from '../run/directory.js';
import { openInput } from '../run/input.js';
import type { RunRecord } from '../run/record.js';
import { UsageError } from '../usage-error.js';
import type { SampledRow } from './sign-in-sample.js';

/**
 * The passwords that a run has set for some of its rows: made again from its key, or read from its input once more.
 *
 * @param run its key is needed unless the passwords are in an ordinary file
 * @throws UsageError if the input is not as it was, or nobody has them
 */
export async function passwordsOfSample(
  sample: readonly SampledRow[],
  run: { record: RunRecord; directory: RunDirectory; key: RunKey | undefined },
): Promise<(row: SampledRow) => Secret> {
  const { record, key } = run;
  if (record.mode === 'password-column') {
    const passwords = await passwordsOfInput(new Set(sample.map(({ row }) => row)), run);
    return ({ row }) => passwords.get(row) ?? nobodys(row);
  }
  const { shape } = record;
  if (shape === undefined || key === undefined) throw new UsageError('Nobody has the passwords of this run.');
  return ({ row, username }) => derivePassword(key, { poolId: record.pool.id, username, row }, shape);
}

async function passwordsOfInput(
  wanted: ReadonlySet<number>,
  { record, directory, key }: { record: RunRecord; directory: RunDirectory; key: RunKey | undefined },
): Promise<Map<number, Secret>> {
  const manifest = await openInput(record, directory, key);
  const passwords = new Map<number, Secret>();
  for await (const batch of readManifest(manifest, { caseSensitive: record.pool.caseSensitive })) {
    for (const row of batch) {
      if (row.kind === 'user' && row.password !== undefined && wanted.has(row.row))
        passwords.set(row.row, row.password);
    }
  }
  return passwords;
}

function nobodys(row: number): never {
  throw new UsageError(`Row ${row} of the input has no password.`);
}
