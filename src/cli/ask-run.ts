import { setTimeout as sleep } from 'node:timers/promises';
import { askOf, type Control } from '../run/control.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import type { Snapshot } from '../run/snapshot.js';
import { type Standing, standingOf } from '../run/standing.js';
import { UsageError } from '../usage-error.js';
import { hasEnded } from './resume-ended.js';

/** How long the live run may take to say that it does what was asked, in ms. */
const ANSWER_WITHIN = 10_000;
/** How long it may take from its lock to its first snapshot, in ms. */
const BEGINS_WITHIN = 60_000;
const LOOK_EVERY = 100;

type Live = Extract<Standing, { kind: 'live' }>;

/** A run directory with a live run. @throws UsageError for one without. */
export async function openLiveRun(path: string): Promise<{ directory: RunDirectory; standing: Live }> {
  const directory = await openRunDirectory(path);
  const standing = await standingOf(directory);
  if (standing.kind === 'live') return { directory, standing };
  if (standing.kind === 'finished') throw hasEnded(standing.summary, directory);
  throw new UsageError(`The run is not under way. Go on with it: cognito-bulk-reset resume ${path}`);
}

/**
 * Asks something of a live run and waits until it does it. Answers its snapshot then.
 * @throws UsageError when it doesn't answer: it hangs, is just ending, or is of another version.
 */
export async function ask(
  directory: RunDirectory,
  asked: Control,
  isDone: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  let isAsked = false;
  let until = performance.now() + BEGINS_WITHIN;
  while (performance.now() < until) {
    const standing = await standingOf(directory);
    if (standing.kind !== 'live') throw new UsageError('The run has ended at this very moment.');
    const { snapshot } = standing;
    if (snapshot !== undefined && isDone(snapshot)) return snapshot;
    // One that only starts would forget what it is asked now; it hears from its first snapshot on.
    if (snapshot !== undefined && !isAsked) {
      await askOf(directory, asked);
      isAsked = true;
      until = performance.now() + ANSWER_WITHIN;
    }
    await sleep(LOOK_EVERY);
  }
  if (!isAsked)
    throw new UsageError(
      `The run has not begun yet: is a question open at its terminal, or does it wait for its queue? See cognito-bulk-reset status ${directory.path}`,
    );
  throw new UsageError(
    `The run did not answer within ${ANSWER_WITHIN / 1000} s: does its process hang, or is it just ending? See cognito-bulk-reset status ${directory.path}`,
  );
}
