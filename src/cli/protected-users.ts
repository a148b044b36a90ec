import { configPaths, protectedByOrganisation } from '../protect/organisation.js';
import { readProtectFile } from '../protect/protect-file.js';
import type { PlanRequest } from '../run/request.js';
import { PACKAGE_DIRECTORY } from './version.js';

/**
 * The request with all who must never be reset: those that it names already, those of `--protect`, and those of the
 * organisation's configuration.
 */
export async function withProtectedUsers<Request extends PlanRequest>(
  request: Request,
  files: readonly string[],
): Promise<Request> {
  const names = await protectedByOrganisation(configPaths(PACKAGE_DIRECTORY, process.env));
  for (const file of files) names.push(...(await readProtectFile(file)));
  return { ...request, protectedUsers: [...new Set([...request.protectedUsers, ...names])] };
}
