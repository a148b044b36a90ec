import { type CallContext, callUntilAnswered } from '../cognito/call-until-answered.js';
import { REFUSALS_THAT_STOP } from '../cognito/errors.js';
import type { UserUpdate } from '../cognito/user-update.js';
import type { Pacer } from '../rate/pacer.js';
import type { DisabledRow } from './disabled-rows.js';
import type { EnabledFile, EnabledLine, EnableResult } from './enabled-file.js';

export interface EnableOptions {
  rows: AsyncIterable<DisabledRow>;
  poolId: string;
  enable: UserUpdate;
  pacer: Pacer;
  file: EnabledFile;
  /** Begin no call any more; those under way are waited for. */
  interrupt: AbortSignal;
  onProgress: (done: number) => void;
}

export interface Enabled {
  counts: Record<EnableResult, number>;
  /** Why it stopped before its end: nothing is lost. */
  stop?: { error: string; message: string };
}

/** Calls in flight at most: enough for 25 a second at 2 s each. */
const AT_ONCE = 50;
/** How often what was done is synced, in ms: what a kill costs, and a user can be enabled twice. */
const SYNC_EVERY = 500;

type Came = EnabledLine | 'not done';

/** Enables the users of these rows, in order, and writes what came of each. Those that are done already are left out. */
export async function enableUsers(options: EnableOptions): Promise<Enabled> {
  const { rows, file, onProgress, interrupt } = options;
  const counts = { enabled: 0, 'left-disabled': 0, failed: 0 };
  const halt = new AbortController();
  const signal = AbortSignal.any([interrupt, halt.signal]);
  const enabled: Enabled = { counts };
  const enableOne = oneByOne({ ...options, signal }, (stop) => {
    enabled.stop ??= stop;
    halt.abort();
  });

  const inFlight: Promise<Came>[] = [];
  let lines: EnabledLine[] = [];
  let syncedAt = performance.now();
  let done = 0;
  const takeOldest = async () => {
    const came = await inFlight.shift();
    if (came === undefined || came === 'not done') return;
    counts[came.result] += 1;
    onProgress((done += 1));
    lines.push(came);
    if (inFlight.length > 0 && performance.now() - syncedAt < SYNC_EVERY) return;
    await file.append(lines);
    lines = [];
    syncedAt = performance.now();
  };

  for await (const row of rows) {
    const before = file.before.get(row.row);
    if (before !== undefined && before !== 'failed') {
      counts[before] += 1;
      onProgress((done += 1));
      continue;
    }
    if (signal.aborted) break;
    inFlight.push(enableOne(row));
    if (inFlight.length >= AT_ONCE) await takeOldest();
  }
  while (inFlight.length > 0) await takeOldest();
  if (lines.length > 0) await file.append(lines);
  return enabled;
}

function oneByOne(
  { poolId, enable, pacer, signal }: EnableOptions & { signal: AbortSignal },
  stop: (reason: { error: string; message: string }) => void,
): (row: DisabledRow) => Promise<Came> {
  const context: CallContext = { pacer, signal, endpoint: { lastAnswerAt: Number.NEGATIVE_INFINITY } };
  let refusals = 0;
  return async ({ row, line, username, wasDisabledBefore }) => {
    const of = { row, line, username };
    if (wasDisabledBefore) return { ...of, result: 'left-disabled', message: 'was disabled before the run' };
    const answer = await callUntilAnswered(() => enable({ poolId, username }), context);
    switch (answer.kind) {
      case 'applied':
        refusals = 0;
        return { ...of, result: 'enabled', requestId: answer.calls.requestId };
      case 'refused': {
        const { error, message } = answer;
        if (error === 'NotAuthorizedException' && (refusals += 1) >= REFUSALS_THAT_STOP) {
          stop({ error, message });
          return 'not done';
        }
        return { ...of, result: 'failed', error, message, requestId: answer.calls.requestId };
      }
      case 'stopped':
        stop(answer);
        return 'not done';
      case 'lost':
      case 'interrupted':
        return 'not done';
    }
  };
}
