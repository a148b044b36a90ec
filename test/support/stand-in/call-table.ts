import { bytes, type Column, doubles, words } from './column.js';
import { type Interned, interned } from './interned.js';

/** One call that the stand-in received. */
export interface Call {
  /** Milliseconds of a monotonic clock, when the request's headers had come. */
  at: number;
  operation: string;
  /** As sent; '' for a call without one. */
  username: string;
  /** Whether the operation was carried out, whatever was answered. */
  applied: boolean;
  /** 'ok', the name of the error that was answered, or the kind of breakage. */
  answer: string;
  /** 16 hex digits of the password's SHA-256; '' for a call without one. */
  passwordHash: string;
  permanent: boolean;
}

/** The calls in the order of their answers, as columns of numbers, and each name once. */
export interface CallTable {
  operations: Interned;
  answers: Interned;
  users: Interned;
  /** Columns with one entry a call. */
  at: Column;
  operation: Column;
  answer: Column;
  user: Column;
  /** Columns with one entry a user: sets applied, and 1 + the position of the last of them (0: none). */
  applied: Column;
  lastApplied: Column;
  add(call: Call): void;
  read(position: number): Call;
}

const APPLIED = 1;
const PERMANENT = 2;
const HAS_HASH = 4;

export function createCallTable(): CallTable {
  const [operations, answers, users] = [interned(), interned(), interned()];
  const [operation, answer, flags] = [bytes(), bytes(), bytes()];
  const [user, hashHigh, hashLow] = [words(), words(), words()];
  const [applied, lastApplied] = [words(), words()];
  const at = doubles();
  const userIdOf = (username: string): number => {
    const id = users.idOf(username);
    if (id === applied.length) {
      applied.push(0);
      lastApplied.push(0);
    }
    return id;
  };
  const add = (call: Call): void => {
    const userId = userIdOf(call.username);
    at.push(call.at);
    operation.push(operations.idOf(call.operation));
    answer.push(answers.idOf(call.answer));
    user.push(userId);
    flags.push(
      (call.applied ? APPLIED : 0) | (call.permanent ? PERMANENT : 0) | (call.passwordHash ? HAS_HASH : 0),
    );
    hashHigh.push(Number.parseInt(call.passwordHash.slice(0, 8), 16));
    hashLow.push(Number.parseInt(call.passwordHash.slice(8), 16));
    if (!call.applied || call.operation !== 'AdminSetUserPassword') return;
    applied.set(userId, applied.get(userId) + 1);
    lastApplied.set(userId, at.length);
  };
  const read = (position: number): Call => ({
    at: at.get(position),
    operation: operations.textOf(operation.get(position)),
    username: users.textOf(user.get(position)),
    applied: (flags.get(position) & APPLIED) !== 0,
    answer: answers.textOf(answer.get(position)),
    passwordHash:
      flags.get(position) & HAS_HASH ? hex(hashHigh.get(position)) + hex(hashLow.get(position)) : '',
    permanent: (flags.get(position) & PERMANENT) !== 0,
  });
  return { operations, answers, users, at, operation, answer, user, applied, lastApplied, add, read };
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
