import { checkUsers } from '../check/check-users.js';
import type { FindProgress } from '../check/find-users.js';
import { type Finding, findingsInFile } from '../check/findings.js';
import { type Survey, surveyRows } from '../check/survey.js';
import type { Included } from '../check/user-findings.js';
import { createListUsers } from '../cognito/list-users.js';
import { type ManifestRow, readManifest } from '../manifest/manifest.js';
import { createProtection, PROTECTED } from '../protect/protection.js';
import type { Prepared } from './prepare.js';
import type { PlanRequest } from './request.js';

export interface Surveyed {
  survey: Survey;
  /** All that is known of a row before anything is sent. */
  findingsOf: (row: ManifestRow) => Finding[];
  /** What the pool says of the row's user; nothing without `--check-users`. */
  findingsOfUser: (row: ManifestRow) => Finding[];
  /** Whom it was not to spare. */
  included: Included;
  /** Protected names that no row has, and of users whom the pool was asked about, no user of a row. */
  protectedElsewhere: string[];
}

const IS_PROTECTED: Finding = { name: PROTECTED.error, effect: 'skipped', message: PROTECTED.message };

export interface SurveyOptions {
  signal: AbortSignal;
  onProgress: (progress: FindProgress) => void;
}

/** Reads the whole file, and with `--check-users` asks the pool whom its rows name. Throws ListUsersError. */
export async function surveyRun(
  { request, manifest, pool, client }: Prepared<PlanRequest>,
  { signal, onProgress }: SurveyOptions,
): Promise<Surveyed> {
  const included = { federated: request.includeFederated, unconfirmed: request.includeUnconfirmed };
  const policy = request.mode === 'password-column' ? pool.policy : undefined;
  const protection = createProtection(request.protectedUsers, pool.caseSensitive);
  const findingsOfUser = request.checkUsers
    ? await checkUsers({
        manifest,
        pool,
        listUsers: createListUsers(client, signal),
        included,
        protection,
        onProgress,
      })
    : () => [];
  const findingsOf = (row: ManifestRow) => {
    const ofUser = findingsOfUser(row);
    const onList = row.kind === 'user' && protection.has(row.username);
    // Once the pool was asked, what it says of the row's user holds this as well.
    const isTold = ofUser.some(({ name }) => name === PROTECTED.error);
    return [...findingsInFile(row, policy), ...(onList && !isTold ? [IS_PROTECTED] : []), ...ofUser];
  };
  const rows = readManifest(manifest, { caseSensitive: pool.caseSensitive });
  const survey = await surveyRows(rows, findingsOf, signal);
  return { survey, findingsOf, findingsOfUser, included, protectedElsewhere: protection.unmet() };
}
