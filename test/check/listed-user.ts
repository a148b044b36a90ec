import type { ListedUser } from '../../src/cognito/list-users.js';

/** A confirmed user with these attributes, and what is given otherwise. */
export function listedUser(
  username: string,
  attributes: Record<string, string> = {},
  more: Partial<ListedUser> = {},
): ListedUser {
  return {
    username,
    status: 'CONFIRMED',
    enabled: true,
    createdAt: undefined,
    modifiedAt: undefined,
    attributes: new Map(Object.entries(attributes)),
    ...more,
  };
}
