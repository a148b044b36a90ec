import type { ListUsers, UserPage } from '../cognito/list-users.js';
import type { Exported } from './export-state.js';

/** One page of an export: the users wanted on it, and where the next begins. */
export interface ExportPage extends UserPage {
  /** Users that were listed for it, wanted or not. */
  listed: number;
}

/**
 * Lists what is to be exported. A single status is left to the service to find; more of them, or one beside a filter, to us,
 * as ListUsers takes only one attribute in a filter.
 */
export async function* exportPages(
  listUsers: ListUsers,
  { poolId, filter, statuses }: Exported,
  from?: string,
): AsyncGenerator<ExportPage> {
  const [only] = statuses;
  const ofStatus =
    filter === undefined && statuses.length === 1 ? `cognito:user_status = "${only}"` : undefined;
  for await (const { users, next } of listUsers({ poolId, filter: filter ?? ofStatus, from })) {
    const wanted = statuses.length === 0 ? users : users.filter(({ status }) => statuses.includes(status));
    yield { users: wanted, next, listed: users.length };
  }
}

/** Counts users by their status, on top of what was counted before. */
export function countByStatus(byStatus: Record<string, number>, { users }: ExportPage): void {
  for (const { status } of users) byStatus[status] = (byStatus[status] ?? 0) + 1;
}
