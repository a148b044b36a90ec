import type { PoolOptions } from './options.js';

/** A pool of `user-1` to `user-<count>` with a history of passwords: no second one for a user can pass for a first. */
export function poolWithHistory(id: string, count: number): PoolOptions {
  return { id, policy: { PasswordHistorySize: 24 }, generated: { pattern: 'user-%d', count } };
}
