import type { Kind, NamedRow } from '../check/kinds.js';
import { withCommas } from '../with-commas.js';
import { indented } from './text-block.js';
import { counted } from './words.js';

const RULE = '─'.repeat(35);
const NAME_WIDTH = 14;
const COUNT_WIDTH = 11;

/** Counts under each other with their shares, and their sum below. */
export function countTable(lines: readonly (readonly [name: string, value: number])[], sum: string): string {
  const total = lines.reduce((added, [, value]) => added + value, 0);
  const rows = lines.map(([name, value]) => {
    const share = total === 0 ? '' : `${((value / total) * 100).toFixed(1)} %`;
    return `  ${name.padEnd(NAME_WIDTH)}${withCommas(value).padStart(COUNT_WIDTH)}${share.padStart(10)}\n`;
  });
  return `${rows.join('')}  ${RULE}\n  ${sum.padEnd(NAME_WIDTH)}${withCommas(total).padStart(COUNT_WIDTH)}\n`;
}

/** How many rows there are of a kind, what to do about them, and which the first ones are. */
export function kindBlock({ name, rows, first }: Kind, hint: string | undefined, note = ''): string {
  const more = rows - first.length;
  return [
    `${withCommas(rows).padStart(COUNT_WIDTH)}  ${name}${note}`,
    ...(hint === undefined ? [] : [indented(hint, COUNT_WIDTH + 2)]),
    ...first.map(rowInWords),
    ...(more === 0 ? [] : [`${' '.repeat(COUNT_WIDTH + 2)}and ${counted(more, 'more row')}`]),
    '',
  ].join('\n');
}

function rowInWords({ line, username, message }: NamedRow): string {
  const who = username === '' ? '' : ` ${username}`;
  return indented(`line ${line}${who}: ${message}`, COUNT_WIDTH + 4);
}
