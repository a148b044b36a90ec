import { configPaths, protectedByOrganisation } from '../protect/organisation.js';
import { readProtectFile } from '../protect/protect-file.js';
import type { PlanRequest } from './request.js';
import { PACKAGE_DIRECTORY } from '../version.js';

/**
 * The request with all who must never be reset: those that it names already, those of `--protect`, and those of the
 * organisation's configuration.
 */
export async function withProtectedUsers<Request extends PlanRequest>(
  request: Request,
  files: readonly string[],
): Promise<Request> {
  const names = await protectedNames(files);
  return { ...request, protectedUsers: [...new Set([...request.protectedUsers, ...names])] };
}

/** All whom the organisation's configuration and these files protect. @throws UsageError for a list that can't be read whole */
export async function protectedNames(files: readonly string[]): Promise<string[]> {
  const names = await protectedByOrganisation(configPaths(PACKAGE_DIRECTORY, process.env));
  for (const file of files) names.push(...(await readProtectFile(file)));
  return names;
}
