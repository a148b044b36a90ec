import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Neighbour, Neighbours } from '../queue/neighbours.js';
import type { RunRecord } from './record.js';

/** How often a run says that it is under way and looks for others, in ms. */
const MEET_EVERY = 5_000;
/** How long a run waits for a queue that doesn't answer, in ms: what comes of it is only a warning. */
const WAIT_MOST = 2_000;

/** A run as others on the same queue see it. */
export function neighbourOf({ id, pool, region, endpoint, caller, rate }: RunRecord): Neighbour {
  const account =
    caller !== undefined && 'arn' in caller
      ? /^arn:[^:]*:[^:]*:[^:]*:(\d+):/.exec(caller.arn)?.[1]
      : undefined;
  return {
    run: id,
    pool: pool.id,
    region,
    ...(account === undefined ? {} : { account }),
    ...(endpoint === undefined ? {} : { endpoint }),
    rate,
    host: hostname(),
  };
}

/** Whether two runs take from one quota, which an account has for each Region. `maybe`: one's account is not known. */
export function sharesQuota(own: Neighbour, other: Neighbour): 'yes' | 'maybe' | 'no' {
  if (own.region !== other.region || own.endpoint !== other.endpoint) return 'no';
  if (own.pool === other.pool) return 'yes';
  if (own.account === undefined || other.account === undefined) return 'maybe';
  return own.account === other.account ? 'yes' : 'no';
}

/** What to tell a person of another run; undefined if it takes nothing from this one. */
export function neighbourText(own: Neighbour, other: Neighbour, quota: number): string | undefined {
  const shares = sharesQuota(own, other);
  if (shares === 'no') return undefined;
  const both = own.rate + other.rate;
  const sum =
    both > quota
      ? `together they may make ${both}, and the service will refuse some: give one of them less with set-rate, or let it end first`
      : `together they make at most ${both}`;
  return (
    `the run ${other.run} on ${other.host} is under way on this queue, in pool ${other.pool} with up to ${other.rate} calls a second. ` +
    `${shares === 'yes' ? 'Both share' : 'If its account is the same, both share'} the quota of ${quota} a second in ${own.region}; ${sum}.`
  );
}

export interface NeighbourWatch {
  stop(): Promise<void>;
}

/** Tells once of each other run on this queue, before this one begins and while it is under way. */
export async function watchNeighbours(
  neighbours: Neighbours,
  own: Neighbour,
  onOther: (other: Neighbour) => void,
): Promise<NeighbourWatch> {
  const told = new Set<string>();
  const meet = async () => {
    for (const other of await neighbours.meet(own)) {
      if (told.has(other.run)) continue;
      told.add(other.run);
      onOther(other);
    }
  };
  // Whoever may not write there, or can't reach the queue, does without.
  const tryToMeet = () => meet().catch(() => undefined);
  await Promise.race([tryToMeet(), sleep(WAIT_MOST, undefined, { ref: false })]);
  const timer = setInterval(() => void tryToMeet(), MEET_EVERY).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      const left = neighbours.leave(own.run).catch(() => undefined);
      await Promise.race([left, sleep(WAIT_MOST, undefined, { ref: false })]);
    },
  };
}
