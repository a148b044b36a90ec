import { styleText } from 'node:util';
import type { Snapshot } from '../run/snapshot.js';
import { lineWidth } from './line-width.js';
import { plainProgressLine, progressLine } from './progress-line.js';

export const PROGRESS_KINDS = ['bar', 'plain', 'json', 'none'] as const;
/** `bar` is drawn in place on a terminal, `plain` is a line now and then, `json` an event a line. */
export type ProgressKind = (typeof PROGRESS_KINDS)[number];

/** How often the bar is drawn, an event is told, and the plain lines look whether one is due, in ms. */
const EVERY = { bar: 250, json: 1_000, plain: 1_000 } as const;
/** Milliseconds between two plain lines; what a run has begun to wait for is told at once. */
const PLAIN_EVERY = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export interface Progress {
  start(snapshot: () => Snapshot): void;
  stop(): void;
}

/** What is shown when nobody says: a bar on a terminal, plain lines elsewhere. */
export function defaultProgress(): ProgressKind {
  return process.stderr.isTTY && process.env.TERM !== 'dumb' ? 'bar' : 'plain';
}

/** Shows on stderr how the run goes. Nothing but the progress writes there between `start` and `stop`. */
export function showProgress(kind: ProgressKind): Progress {
  let timer: NodeJS.Timeout | undefined;
  return {
    start: (snapshot) => {
      if (kind === 'none') return;
      const isDue = plainLinesDue();
      const lineOf = {
        bar: () => CLEAR_LINE + progressLine(snapshot(), lineWidth(process.stderr.columns), paint),
        json: () => `${JSON.stringify({ event: 'progress', ...snapshot() })}\n`,
        plain: () => {
          const now = snapshot();
          return isDue(now) ? `${plainProgressLine(now)}\n` : '';
        },
      }[kind];
      timer = setInterval(() => process.stderr.write(lineOf()), EVERY[kind]);
    },
    stop: () => {
      if (timer !== undefined && kind === 'bar') process.stderr.write(CLEAR_LINE);
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function plainLinesDue(): (snapshot: Snapshot) => boolean {
  let toldAt = performance.now();
  let told: string | undefined;
  return (now) => {
    // Its figures change all the time.
    const waiting = now.waiting?.replace(/ \(.*/, '');
    const due = performance.now() - toldAt >= PLAIN_EVERY || (waiting !== undefined && waiting !== told);
    told = waiting;
    if (due) toldAt = performance.now();
    return due;
  };
}

/** In colour where the terminal has it and NO_COLOR doesn't forbid it (https://no-color.org). */
function paint(tone: 'red' | 'yellow' | 'dim', text: string): string {
  return styleText(tone, text, { stream: process.stderr });
}
