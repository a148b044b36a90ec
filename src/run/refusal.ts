import type { ManifestRow, UserRow } from '../manifest/manifest.js';
import type { Outcome } from '../outcome.js';
import { brokenRule, type PasswordPolicy } from '../password/policy.js';
import type { RunRecord } from './record.js';

/** By what a row is let into the queue or refused; the same in each process of a run. */
export interface Admission {
  mode: RunRecord['mode'];
  policy: PasswordPolicy;
}

/** The outcome of a row that never comes into the queue; undefined for one that does. */
export function refusalOf(row: ManifestRow, { mode, policy }: Admission): Outcome | undefined {
  if (row.kind === 'refused') {
    const { status, error, message } = row;
    return { status, error, message };
  }
  if (mode !== 'password-column') return undefined;
  const rule = passwordFault(row, policy);
  if (rule === undefined) return undefined;
  return { status: 'failed', error: 'InvalidPassword', message: rule };
}

function passwordFault({ password }: UserRow, policy: PasswordPolicy): string | undefined {
  return password === undefined ? 'The row has no password.' : brokenRule(policy, password);
}
