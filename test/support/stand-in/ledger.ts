import { type Call, createCallTable } from './call-table.js';
import { maxInWindow } from './sliding-maximum.js';

/** Which calls; all conditions that are given must hold. */
export interface CallFilter {
  operation?: string;
  username?: string;
  answer?: string;
  /** The position of the first call to look at, from 0. */
  from?: number;
}

export interface Ledger {
  record(call: Call): void;
  size(): number;
  calls(filter?: CallFilter): Call[];
  /** How often each answer was given, to this operation or to all. */
  answers(operation?: string): Record<string, number>;
  /** How many of this user's password sets were applied. */
  appliedCount(username: string): number;
  /** The same for every user who was named in a call. */
  appliedCounts(): Record<string, number>;
  /** Of the last password set that was applied. */
  lastPasswordHash(username: string): string | undefined;
  lastPasswordHashes(): Record<string, string>;
  /** The most calls, of this operation or of all, that came in any sliding second (or window of so many ms). */
  maxInSlidingSecond(operation?: string, windowMs?: number): number;
  clear(): void;
}

/** A ledger of one to many million calls: columns of numbers, and each name once. */
export function createLedger(): Ledger {
  let table = createCallTable();
  const positions = function* (filter: CallFilter): Generator<number> {
    const operation =
      filter.operation === undefined ? undefined : (table.operations.find(filter.operation) ?? -1);
    const answer = filter.answer === undefined ? undefined : (table.answers.find(filter.answer) ?? -1);
    const user = filter.username === undefined ? undefined : (table.users.find(filter.username) ?? -1);
    for (let call = filter.from ?? 0; call < table.at.length; call += 1) {
      if (operation !== undefined && table.operation.get(call) !== operation) continue;
      if (answer !== undefined && table.answer.get(call) !== answer) continue;
      if (user !== undefined && table.user.get(call) !== user) continue;
      yield call;
    }
  };
  const byOperation = (operation: string | undefined): CallFilter =>
    operation === undefined ? {} : { operation };
  const lastHash = (user: number): string | undefined => {
    const call = table.lastApplied.get(user);
    return call === 0 ? undefined : table.read(call - 1).passwordHash;
  };
  const byUser = <Value>(of: (user: number) => Value | undefined): Record<string, Value> => {
    // Usernames are the caller's: without a prototype none of them means anything else.
    const values: Record<string, Value> = Object.create(null);
    for (let user = 0; user < table.users.size; user += 1) {
      const value = of(user);
      const username = table.users.textOf(user);
      if (value !== undefined && username !== '') values[username] = value;
    }
    return values;
  };
  return {
    record: (call) => table.add(call),
    size: () => table.at.length,
    calls: (filter = {}) => Array.from(positions(filter), (position) => table.read(position)),
    answers: (operation) => {
      const counts: Record<string, number> = {};
      for (const position of positions(byOperation(operation))) {
        const name = table.answers.textOf(table.answer.get(position));
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
    appliedCount: (username) => {
      const user = table.users.find(username);
      return user === undefined ? 0 : table.applied.get(user);
    },
    appliedCounts: () => byUser((user) => table.applied.get(user)),
    lastPasswordHash: (username) => {
      const user = table.users.find(username);
      return user === undefined ? undefined : lastHash(user);
    },
    lastPasswordHashes: () => byUser(lastHash),
    maxInSlidingSecond: (operation, windowMs = 1000) =>
      maxInWindow(
        Float64Array.from(positions(byOperation(operation)), (position) => table.at.get(position)),
        windowMs,
      ),
    clear: () => {
      table = createCallTable();
    },
  };
}
