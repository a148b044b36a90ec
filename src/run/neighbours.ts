import { hostname } from 'node:os';
import { endsWithin } from '../ends-within.js';
import type { Neighbour, Neighbours } from '../queue/neighbours.js';
import type { RunRecord } from './record.js';
import { UPDATE_QUOTA } from './request.js';

/** How often a run says that it is under way and looks for others, in ms. */
const MEET_EVERY = 5_000;
/** How long a run waits for a queue that doesn't answer, in ms: what comes of it is only a warning. */
const WAIT_MOST = 2_000;

/** A run as others on the same queue see it, at the rate that it has by now. */
export function neighbourOf(record: RunRecord, rate: number): Neighbour {
  const { id, pool, region, endpoint, caller, steps } = record;
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
    ...(steps === undefined ? {} : { updates: steps.rate }),
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

function sharingQuota(own: Neighbour, others: readonly Neighbour[]): Neighbour[] {
  return others.filter((other) => sharesQuota(own, other) !== 'no');
}

/** What to tell a person of other runs; undefined if none takes anything from this one. `quota` is that of passwords. */
export function neighboursText(
  own: Neighbour,
  others: readonly Neighbour[],
  quota: number,
): string | undefined {
  const sharing = sharingQuota(own, others);
  const [first] = sharing;
  if (first === undefined) return undefined;
  const all = [own, ...sharing];
  const isSure = sharing.every((other) => sharesQuota(own, other) === 'yes');
  const [who, both, ifSame] =
    sharing.length === 1
      ? [
          `the run ${first.run} on ${first.host} is under way on this queue, ${pace(first)}`,
          'Both share',
          'If its account is the same, both share',
        ]
      : [
          `${sharing.length} other runs are under way on this queue: ${sharing.map((one) => `${one.run} on ${one.host}, ${pace(one)}`).join('; ')}`,
          'All share',
          'Those of one account share',
        ];
  const passwords = sum(all.map(({ rate }) => rate));
  const together =
    passwords > quota
      ? `together they may make ${passwords}, and the service will refuse some: give one of them less with set-rate, or let it end first`
      : `together they make at most ${passwords}`;
  const updates = own.updates === undefined ? 0 : sum(all.map((one) => one.updates ?? 0));
  return (
    `${who}. ${isSure ? both : ifSame} the quota of ${quota} a second in ${own.region}; ${together}.` +
    (updates > UPDATE_QUOTA
      ? ` Of sign-outs and disables they may make ${updates} a second, where the quota is ${UPDATE_QUOTA}.`
      : '')
  );
}

function pace({ pool, rate }: Neighbour): string {
  return `in pool ${pool} with up to ${rate} calls a second`;
}

function sum(numbers: readonly number[]): number {
  // 0.1 + 0.2 is 0.30000000000000004.
  return Math.round(numbers.reduce((all, one) => all + one, 0) * 1_000) / 1_000;
}

export interface NeighbourWatch {
  stop(): Promise<void>;
}

/**
 * Tells of the other runs on this queue that share its quota, before this one begins and while it is under way: when another
 * one comes, and when one of them gets another rate.
 */
export async function watchNeighbours(
  neighbours: Neighbours,
  own: () => Neighbour,
  onOthers: (own: Neighbour, others: readonly Neighbour[]) => void,
): Promise<NeighbourWatch> {
  const told = new Map<string, number>();
  const { run } = own();
  const meet = async () => {
    const now = own();
    const others = sharingQuota(now, await neighbours.meet(now));
    const news = [now, ...others].filter((one) => told.get(one.run) !== one.rate);
    for (const one of news) told.set(one.run, one.rate);
    if (news.length > 0 && others.length > 0) onOthers(now, others);
  };
  // Whoever may not write there, or can't reach the queue, does without.
  const tryToMeet = () => meet().catch(() => undefined);
  await endsWithin(WAIT_MOST, tryToMeet());
  const timer = setInterval(() => void tryToMeet(), MEET_EVERY).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      const left = neighbours.leave(run).catch(() => undefined);
      await endsWithin(WAIT_MOST, left);
    },
  };
}
