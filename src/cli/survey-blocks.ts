import type { Kind, NamedRow, Survey } from '../check/survey.js';
import { errorHint } from '../report/error-hints.js';
import { indented } from './text-block.js';
import { count, counted } from './words.js';

const RULE = '─'.repeat(33);
const COUNT_WIDTH = 11;

/** What is known of a file's rows, in at most 80 columns: how many are good, and what was found of which of them. */
export function surveyBlocks(survey: Survey): string[] {
  return [counts(survey), survey.kinds.map(kindBlock).join('')].filter((block) => block !== '');
}

function counts({ rows, good, willFail, willBeSkipped }: Survey): string {
  const line = (name: string, value: number) => {
    const share = rows === 0 ? '' : `${((value / rows) * 100).toFixed(1)} %`;
    return `  ${name.padEnd(12)}${count(value).padStart(COUNT_WIDTH)}${share.padStart(10)}\n`;
  };
  return (
    line('good', good) +
    line('will fail', willFail) +
    line('skipped', willBeSkipped) +
    `  ${RULE}\n  ${'rows'.padEnd(12)}${count(rows).padStart(COUNT_WIDTH)}\n`
  );
}

function kindBlock({ name, effect, rows, first }: Kind): string {
  const more = rows - first.length;
  const hint = errorHint(name);
  return [
    `${count(rows).padStart(COUNT_WIDTH)}  ${name}${effect === 'none' ? ' (reset all the same)' : ''}`,
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
