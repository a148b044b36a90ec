import type { Manifest } from '../manifest/manifest.js';
import type { LiveRun } from '../run/execute.js';
import { clockTime, count, duration } from './words.js';

/** How often the line on a terminal is drawn, and how often a line is logged elsewhere, in ms. */
const DRAW_EVERY = 250;
const LOG_EVERY = 10_000;
/** A pause shorter than this is only the pace itself, in ms. */
const WORTH_SAYING = 400;
const CLEAR_LINE = '\r\u001b[K';

export interface Progress {
  start(live: LiveRun): void;
  stop(): void;
}

/** A progress line on stderr: drawn in place on a terminal, a plain line every 10 s elsewhere. */
export function showProgress({ manifest, quiet }: { manifest: Manifest; quiet: boolean }): Progress {
  const terminal = process.stderr.isTTY === true;
  let timer: NodeJS.Timeout | undefined;
  return {
    start: (live) => {
      if (quiet) return;
      const show = () => {
        const line = progressLine(live, manifest.estimatedRows);
        process.stderr.write(
          terminal ? `${CLEAR_LINE}${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`,
        );
      };
      timer = setInterval(show, terminal ? DRAW_EVERY : LOG_EVERY);
    },
    stop: () => {
      if (timer !== undefined && terminal) process.stderr.write(CLEAR_LINE);
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** `1,204 of 5,000 done, 12 failed, 19.6/s, 3 min left (until 14:05), 2 throttled` */
export function progressLine(
  { reporter, pacer, startedAt, rowsAtStart }: LiveRun,
  total: number,
  now = Date.now(),
): string {
  const { tally } = reporter;
  const done = tally.rows;
  const perSecond = (done - rowsAtStart) / Math.max(0.001, (now - startedAt) / 1000);
  const left = Math.max(0, total - done) / perSecond;
  const parts = [
    `${count(done)} of ${count(Math.max(total, done))} done`,
    `${count(tally.byStatus.failed)} failed`,
    `${perSecond.toFixed(1)}/s`,
  ];
  if (Number.isFinite(left))
    parts.push(`${duration(left)} left (until ${clockTime(new Date(now + left * 1000))})`);
  if (tally.throttles > 0) parts.push(`${count(tally.throttles)} throttled`);
  const waiting = waitingFor(pacer.view());
  return waiting === undefined ? parts.join(', ') : `${waiting}; ${parts.join(', ')}`;
}

function waitingFor({
  rate,
  limit,
  pausedMs,
  why,
}: ReturnType<LiveRun['pacer']['view']>): string | undefined {
  if (pausedMs < WORTH_SAYING) return undefined;
  return why === 'outage'
    ? 'waiting: nobody answers at the endpoint'
    : `waiting: the service asked us to slow down (rate ${limit} → ${rate.toFixed(0)}/s)`;
}
