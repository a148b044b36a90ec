import { spacing } from '../rate/pace.js';

export interface ForecastOptions {
  /** Users that get a new password. */
  users: number;
  /** Each of a user's steps is one. */
  callsPerUser: number;
  /** At best, over all workers. */
  usersPerSecond: number;
  /** What AWS bills for a monthly active user, in US dollars. */
  pricePerMau?: number | undefined;
  now: Date;
}

/** What a run will take, if nothing slows it down. */
export interface Forecast {
  calls: number;
  seconds: number;
  /** ISO 8601 UTC, if it begins now. */
  finishesAt: string;
  /** A password that an administrator sets makes its user one of the month's billed active users. */
  billedUsers: number;
  /** US dollars; less if some of them are active this month already, or within the free tier. */
  atMostUsd?: number;
}

export function forecast({
  users,
  callsPerUser,
  usersPerSecond,
  pricePerMau,
  now,
}: ForecastOptions): Forecast {
  const seconds = secondsFor(users, usersPerSecond);
  return {
    calls: users * callsPerUser,
    seconds,
    finishesAt: new Date(now.getTime() + seconds * 1000).toISOString(),
    billedUsers: users,
    ...(pricePerMau === undefined ? {} : { atMostUsd: Math.round(users * pricePerMau * 100) / 100 }),
  };
}

/** How long so many users take at a rate, in seconds: the pace keeps a margin below it. */
export function secondsFor(users: number, rate: number): number {
  return Math.round((users * spacing(rate)) / 100) / 10;
}
