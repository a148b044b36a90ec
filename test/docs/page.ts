import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A command of a page, and what the page says of it. */
export interface Step {
  /** As it is written, with its continued lines joined. */
  command: string;
  /** Meant for another terminal, while the command before it is still under way (` ```sh other-terminal`). */
  otherTerminal: boolean;
  /** Lines that it prints, in this order; others may stand between them. */
  prints: string[];
  /** What it asks on the way, and what the reader answers: lines such as `Go on? [y/N] y`. */
  answers: Answer[];
  /** Of a line `(exit code 1)` in the excerpt. @default 0 */
  exitCode: number;
}

export interface Answer {
  question: string;
  answer: string;
}

const ASKED = /^(.*(?:\[y\/N\]|to go on:)) (\S+)$/;

/** What a page is made of beside its prose, as far as this test knows it; anything else is a mistake. */
const COMMANDS = new Set(['', 'sh', 'sh other-terminal']);
const OUTPUT = new Set(['text']);
const FILES = new Set(['csv', 'json', 'ts']);

/**
 * The commands of a page, in order: its code blocks without a language or with `sh`. A `text` block is an excerpt of what
 * the command before it prints.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  const text = readFileSync(join(ROOT, page), 'utf8');
  for (const [, info = '', body = ''] of text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    if (COMMANDS.has(info)) {
      for (const command of body
        .replaceAll(/\\\n\s*/g, '')
        .trim()
        .split('\n')) {
        const otherTerminal = info === 'sh other-terminal';
        steps.push({ command, otherTerminal, prints: [], answers: [], exitCode: 0 });
      }
    } else if (OUTPUT.has(info)) {
      const step = steps.at(-1);
      if (step === undefined) throw new Error(`${page}: an excerpt comes before any command.`);
      for (const line of body.trimEnd().split('\n')) {
        const code = /^\(exit code (\d+)\)$/.exec(line.trim())?.[1];
        if (code !== undefined) step.exitCode = Number(code);
        else if (line.trim() !== '') step.prints.push(line.trim());
        const [, question, answer] = ASKED.exec(line.trim()) ?? [];
        if (question !== undefined && answer !== undefined) step.answers.push({ question, answer });
      }
    } else if (!FILES.has(info)) {
      throw new Error(`${page}: a block of "${info}" is neither a command, an excerpt nor a file.`);
    }
  }
  return steps;
}

/** What differs from run to run: times, durations, rates, hashes, ports and directories. Counts stay. */
const VARYING: [RegExp, string][] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:?\d\d:?\d\d(\.\d+)?Z?/g, '<time>'],
  [/\b[0-9a-f]{64}\b|\b[0-9a-f]{8}…/g, '<hash>'],
  [/http:\/\/127\.0\.0\.1:\d+/g, '<endpoint>'],
  [/(^|[\s(])\/\S*\//g, '$1/…/'],
  [/\b\d\d:\d\d\b/g, '<clock>'],
  [/\b[\d.,]+ ?(ms|s|min|h|hours|a second)\b|[\d.]+\/s\b/g, '<n>'],
  [/process \d+ on \S+/g, 'process <n>'],
  [/after [\d,]+ rows/g, 'after <n> rows'],
  [/\s+/g, ' '],
];

/** A line as an excerpt is held against it. */
export function comparable(line: string): string {
  return VARYING.reduce(
    (text, [pattern, with_]) => text.replaceAll(pattern, with_),
    withoutEscapes(line),
  ).trim();
}

/** What a terminal is told of colours and places is no text. */
export function withoutEscapes(text: string): string {
  return text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');
}
