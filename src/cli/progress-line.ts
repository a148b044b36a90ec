import type { Snapshot } from '../run/snapshot.js';
import { withCommas } from '../with-commas.js';
import { clockTime, roughly } from './words.js';

const BAR = 20;
/** Narrower than this, a bar says less than the words that it takes the place of. */
const ROOM_FOR_A_BAR = 72;

/** A part of the line; those of the highest `rank` go first where there is no room for all. */
interface Part {
  text: string;
  rank: number;
  tone?: 'red' | 'yellow' | 'dim';
}

/** Why nothing moves is said before all else, and how far it is after that. */
const WAITING = 0;
const COUNT = 1;

/**
 * The progress of a run in one line of at most `columns` characters:
 * `━━━━━───────  24 %  1,204 of 5,000  12 failed  19.6/s  3 min left (until 14:05)  2 throttled`.
 * `paint` colours a part and adds nothing that takes room.
 */
export function progressLine(
  snapshot: Snapshot,
  columns: number,
  paint: (tone: 'red' | 'yellow' | 'dim', text: string) => string = (_, text) => text,
): string {
  const withBar = columns >= ROOM_FOR_A_BAR;
  const { waiting } = snapshot;
  const whole = fitting(partsOf(snapshot, withBar), columns);
  const isWhole = waiting === undefined || whole.some(({ rank }) => rank === COUNT);
  const parts = isWhole
    ? whole
    : fitting(partsOf({ ...snapshot, waiting: inShort(waiting) }, withBar), columns);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only.text.slice(0, columns);
  return parts.map(({ text, tone }) => (tone === undefined ? text : paint(tone, text))).join('  ');
}

/** Leaves out what there is no room for. */
function fitting(parts: readonly Part[], columns: number): Part[] {
  const left = [...parts];
  while (widthOf(left) > columns && left.length > 1) {
    const last = Math.max(...left.map(({ rank }) => rank));
    left.splice(
      left.findIndex(({ rank }) => rank === last),
      1,
    );
  }
  return left;
}

/** `rate 30 → 6.7/s` of a reason that ends so in parentheses. */
function inShort(waiting: string): string {
  return /\((rate .*)\)$/.exec(waiting)?.[1] ?? waiting;
}

/** The same for a log or a screen reader: no bar, words and commas. */
export function plainProgressLine(snapshot: Snapshot): string {
  return partsOf(snapshot, false)
    .map(({ text }) => text)
    .join(', ');
}

function partsOf(snapshot: Snapshot, withBar: boolean): Part[] {
  const { rows, rowsAreExact, done, byStatus, perSecond, endsAt, throttles, waiting, at } = snapshot;
  const total = Math.max(rows, done);
  const share = total === 0 ? 0 : done / total;
  const left = endsAt === undefined ? undefined : new Date(endsAt);
  const seconds = left === undefined ? 0 : (left.getTime() - Date.parse(at)) / 1000;
  return [
    ...(withBar ? [{ text: bar(share), rank: 7 }] : []),
    ...(waiting === undefined
      ? []
      : [
          {
            text: waiting === 'paused' ? 'paused' : `waiting: ${waiting}`,
            rank: WAITING,
            tone: 'yellow' as const,
          },
        ]),
    { text: `${Math.floor(share * 100)} %`, rank: 5 },
    { text: `${withCommas(done)} of ${rowsAreExact ? '' : 'about '}${withCommas(total)}`, rank: COUNT },
    ...(byStatus.failed === 0
      ? []
      : [{ text: `${withCommas(byStatus.failed)} failed`, rank: 2, tone: 'red' as const }]),
    { text: `${perSecond.toFixed(1)}/s`, rank: 4 },
    ...(left === undefined || done >= total
      ? []
      : [{ text: `${roughly(seconds)} left (until ${clockTime(left, new Date(at))})`, rank: 3 }]),
    ...(throttles === 0
      ? []
      : [{ text: `${withCommas(throttles)} throttled`, rank: 6, tone: 'dim' as const }]),
  ];
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text }) => sum + text.length + 2, -2);
}

function bar(share: number): string {
  const full = Math.round(share * BAR);
  return '━'.repeat(full) + '─'.repeat(BAR - full);
}
