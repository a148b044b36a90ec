import type { Pool, User } from './pool.js';
import type { Reply } from './reply.js';
import { serviceError } from './service-error.js';
import { attributesOf, dateOf } from './user-shape.js';

const LARGEST_PAGE = 60;
/** How many users one page looks at: with a filter a page may come back short, and with a token. */
const LOOKED_AT = 10_000;

interface ListUsers {
  Limit?: unknown;
  PaginationToken?: unknown;
  Filter?: unknown;
}

/** ListUsers: explicit users first, then the generated ones. The token says where the next page begins. */
export function listUsers(pool: Pool, request: ListUsers): Reply {
  const limit = request.Limit ?? LARGEST_PAGE;
  if (typeof limit !== 'number' || limit < 0 || limit > LARGEST_PAGE) {
    return invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${LARGEST_PAGE}`,
    );
  }
  const position = positionOf(request.PaginationToken);
  if (position === undefined) return invalid('Invalid pagination token.');
  const matches = matcherOf(request.Filter);
  if (matches === undefined) return invalid('Error while parsing filter');
  const users: User[] = [];
  pool.listedPages += 1;
  const stale = pool.listedPages <= (pool.options.stalePages ?? 0);
  let { index } = position;
  const { emptyPageEvery } = pool.options;
  const empty = emptyPageEvery !== undefined && position.page % emptyPageEvery === 0;
  const stop = empty ? index : Math.min(pool.size, index + LOOKED_AT);
  for (; index < stop && users.length < limit; index += 1) {
    const user = pool.at(index);
    if (user !== undefined && matches(user)) users.push(user);
  }
  const more = index < pool.size && { PaginationToken: tokenOf({ index, page: position.page + 1 }) };
  return { body: { Users: users.map((user) => shape(pool, user, stale)), ...more } };
}

function shape(pool: Pool, user: User, stale: boolean): object {
  const { status, modifiedAt } = (stale ? user.previous : undefined) ?? user;
  return {
    Username: user.username,
    Attributes: attributesOf(user),
    Enabled: user.enabled,
    UserStatus: status,
    UserCreateDate: dateOf(pool, pool.createdAt),
    UserLastModifiedDate: dateOf(pool, modifiedAt),
  };
}

interface Position {
  index: number;
  /** Counted from 1. */
  page: number;
}

function tokenOf({ index, page }: Position): string {
  return Buffer.from(`${index}/${page}`).toString('base64url');
}

function positionOf(token: unknown): Position | undefined {
  if (token === undefined) return { index: 0, page: 1 };
  const parts = /^(\d+)\/(\d+)$/.exec(Buffer.from(String(token), 'base64url').toString());
  return parts === null ? undefined : { index: Number(parts[1]), page: Number(parts[2]) };
}

function matcherOf(filter: unknown): ((user: User) => boolean) | undefined {
  if (filter === undefined || filter === '') return () => true;
  const parts = /^\s*([\w:]+)\s*(\^?=)\s*"(.*)"\s*$/s.exec(String(filter));
  if (parts === null) return undefined;
  const [, attribute, operator, quoted = ''] = parts;
  const wanted = quoted.replaceAll('\\"', '"');
  const read = attribute === undefined ? undefined : FILTERED[attribute];
  if (read === undefined) return undefined;
  return (user) => {
    const value = read(user) ?? '';
    return operator === '=' ? value === wanted : value.startsWith(wanted);
  };
}

// The searchable attributes of API_ListUsers.html that a stand-in's user has.
const FILTERED: Record<string, (user: User) => string | undefined> = {
  username: (user) => user.username,
  sub: (user) => user.sub,
  email: (user) => user.email,
  phone_number: (user) => user.phone_number,
  preferred_username: (user) => user.preferred_username,
  'cognito:user_status': (user) => user.status,
  status: (user) => (user.enabled ? 'Enabled' : 'Disabled'),
};

function invalid(message: string): Reply {
  return serviceError('InvalidParameterException', message);
}
