import { createProtection } from '../protect/protection.js';
import type { RunDirectory } from './directory.js';
import { keepMoreProtected, recallProtected } from './protected-users.js';
import { type RunRecord, writeRunRecord } from './record.js';

/** Of no file: the pool is asked again, also by another resume if this process dies before it has. */
const OUT_OF_DATE = '';

/**
 * A run that goes on protects those whom it protected when it began, and from now on these too. What its check says of aliases
 * is out of date then.
 * @throws UsageError if nobody can say any more whom it protected
 */
export async function protectMore(
  record: RunRecord,
  directory: RunDirectory,
  names: readonly string[],
): Promise<RunRecord> {
  const before = await recallProtected(directory, record.protected);
  const known = createProtection(before, record.pool.caseSensitive);
  // More than one list may name a user.
  const more = new Set(names.filter((name) => !known.has(name)));
  if (more.size === 0) return record;
  const all = [...before, ...more];
  const asked = { ...record.asked, protectedUsers: all };
  let changed = record;
  await keepMoreProtected(directory, all, async (kept) => {
    const check = record.check === undefined ? {} : { check: { ...record.check, sha256: OUT_OF_DATE } };
    changed = { ...record, asked, protected: kept, ...check };
    await writeRunRecord(directory.record, changed);
  });
  return changed;
}
