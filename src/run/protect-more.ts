import { createProtection } from '../protect/protection.js';
import type { RunDirectory } from './directory.js';
import { keepMoreProtected, recallProtected } from './protected-users.js';
import { type RunRecord, writeRunRecord } from './record.js';

/**
 * A run that goes on protects those whom it protected when it began, and from now on these too.
 * @throws UsageError if nobody can say any more whom it protected
 */
export async function protectMore(
  record: RunRecord,
  directory: RunDirectory,
  names: readonly string[],
): Promise<RunRecord> {
  const before = await recallProtected(directory, record.protected);
  const known = createProtection(before, record.pool.caseSensitive);
  const more = names.filter((name) => !known.has(name));
  if (more.length === 0) return record;
  const all = [...before, ...more];
  const asked = { ...record.asked, protectedUsers: all };
  let changed = record;
  await keepMoreProtected(directory, all, async (kept) => {
    changed = { ...record, asked, protected: kept };
    await writeRunRecord(directory.record, changed);
  });
  return changed;
}
