import { readEnabledRows } from '../enable/enabled-file.js';
import type { RunDirectory } from '../run/directory.js';
import type { RunRecord } from '../run/record.js';
import type { Expected } from './verdict.js';

/** What the pool is to show of a run's users. @throws UsageError for an enabled.csv that is none of this program's */
export async function expectedOf(record: RunRecord, directory: RunDirectory): Promise<Expected> {
  const { permanent, steps } = record;
  if (steps?.asked.includes('disabled') !== true) return { permanent, enabled: () => undefined };
  const since = await readEnabledRows(directory.enabled);
  return { permanent, enabled: (row) => since.get(row) === 'enabled' };
}
