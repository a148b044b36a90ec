import { escapeForTerminal } from '../report/terminal-text.js';
import { lineWidth } from './line-width.js';

/** Wider lines are harder to read, and narrower ones leave no room for a word. */
const WIDEST = lineWidth(undefined);
const NARROWEST = 40;
const WIDTH = textWidth(process.stdout.columns ?? process.stderr.columns);
const NAME_WIDTH = 11;

/** How long lines of text may be on a terminal of so many columns. */
export function textWidth(columns: number | undefined): number {
  return Math.max(NARROWEST, Math.min(WIDEST, lineWidth(columns)));
}

/** Text in lines of at most 79 columns, or what the terminal has, each indented; a word that is longer stands alone. For text of one line. */
export function indented(text: string, indent: number, width = WIDTH): string {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeForTerminal(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`).join('\n');
}

/** Facts, one under the other: `  Rate       20 calls a second`. */
export function facts(list: readonly (readonly [name: string, text: string])[]): string {
  return list
    .map(([name, text]) => `  ${name.padEnd(NAME_WIDTH)}${indented(text, NAME_WIDTH + 2).trimStart()}\n`)
    .join('');
}
