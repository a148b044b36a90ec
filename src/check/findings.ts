import type { ManifestRow } from '../manifest/manifest.js';
import { brokenRule, type PasswordPolicy } from '../password/policy.js';

/** Something that can be told of a row before anything is sent. */
export interface Finding {
  /** What the report will call it; of those that harm nobody, this program's own name. */
  name: string;
  /** What becomes of the row. With `none` its user gets a new password all the same. */
  effect: 'failed' | 'skipped' | 'none';
  message: string;
}

/** What the file alone tells of a row; `policy` when its password is the file's. */
export function findingsInFile(row: ManifestRow, policy: PasswordPolicy | undefined): Finding[] {
  if (row.kind === 'refused') return [{ name: row.error, effect: row.status, message: row.message }];
  const rule =
    policy !== undefined && row.password !== undefined ? brokenRule(policy, row.password) : undefined;
  return rule === undefined ? [] : [{ name: 'InvalidPassword', effect: 'failed', message: rule }];
}
