import type { FindProgress } from '../check/find-users.js';
import { withCommas } from '../with-commas.js';
import { lineWidth } from './line-width.js';
import type { ProgressKind } from './progress.js';
import { roughly } from './words.js';

/** How often it is shown, in ms. */
const EVERY = { bar: 250, json: 1_000, plain: 10_000 } as const;
const CLEAR_LINE = '\r\u001b[K';

export interface ShownProgress {
  show(progress: FindProgress): void;
  stop(): void;
}

/** Shows on stderr how far a listing of the pool has come. Nothing for one that is done in a moment. */
export function showFindProgress(kind: ProgressKind): ShownProgress {
  const startedAt = performance.now();
  let shownAt = startedAt;
  let drawn = false;
  return {
    show: (progress) => {
      const now = performance.now();
      if (kind === 'none' || now - shownAt < EVERY[kind]) return;
      shownAt = now;
      if (kind === 'json') {
        process.stderr.write(`${JSON.stringify({ event: 'check', ...progress })}\n`);
        return;
      }
      const line = progressLine(progress, (now - startedAt) / 1000);
      drawn = kind === 'bar';
      process.stderr.write(
        drawn ? CLEAR_LINE + line.slice(0, lineWidth(process.stderr.columns)) : `${line}\n`,
      );
    },
    stop: () => {
      if (drawn) process.stderr.write(CLEAR_LINE);
      drawn = false;
    },
  };
}

/** `12,000 of about 305,000 users listed, 3 min left`. */
export function progressLine({ what, done, ofAbout }: FindProgress, seconds: number): string {
  if (ofAbout === undefined || done === 0) return `${withCommas(done)} ${what}`;
  const left = (seconds / done) * Math.max(0, ofAbout - done);
  return `${withCommas(done)} of about ${withCommas(ofAbout)} ${what}, ${roughly(left)} left`;
}
