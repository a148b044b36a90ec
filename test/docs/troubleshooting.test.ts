import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isRetryable } from '../../src/cognito/errors.js';
import { errorHint } from '../../src/report/error-hints.js';
import { VERDICTS } from '../../src/verify/verdict.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Errors of this program that become another one, or a message, before anybody sees their names. */
const NEVER_SHOWN = ['QueueEndedError', 'SealBrokenError', 'SealedCopyError', 'QueueNotOpenedError'];

/** The names in a source that a pattern finds. */
const namesIn = (path: string, pattern: RegExp) =>
  [...read(path).matchAll(pattern)].map(([, name = '']) => name);

/** Every name that the report, the terminal or the advice of a stop can show, from the tables and the places that make them. */
function namesOfTheProgram(): Set<string> {
  const ERRORS = 'src/cognito/errors.ts';
  const made = globSync('{src,jobs}/**/*.ts', { cwd: ROOT }).flatMap((path) =>
    namesIn(path, /\b(?:error|name)(?::| =)(?: \w+ \?)? '([A-Z][a-z]+(?:[A-Z][a-z]+)+)'/g),
  );
  return new Set([
    ...namesIn(ERRORS, /^ {2}(\w+): '(?:fail-user|slow-queue|retry-call|stop-run)'/gm),
    ...namesIn(ERRORS, /'(E[A-Z_]{3,})'/g),
    ...namesIn('src/report/error-hints.ts', /^ {2}\['(\w+)',/gm),
    ...namesIn('src/cognito/stop-advice.ts', /^ {2}([A-Z]\w+):/gm),
    ...made.filter((name) => !NEVER_SHOWN.includes(name)),
    ...VERDICTS.filter((verdict) => verdict !== 'agrees'),
  ]);
}

const headings = namesIn('docs/troubleshooting.md', /^### (.*)$/gm).flatMap((heading) => heading.split(', '));

test('each name of an error that the program knows has its heading in docs/troubleshooting.md, and no heading is of an unknown one', () => {
  const names = namesOfTheProgram();
  expect(names.size).toBeGreaterThan(70);
  expect([...names].filter((name) => !headings.includes(name))).toEqual([]);
  const known = (name: string) => names.has(name) || isRetryable(name) || errorHint(name) !== undefined;
  expect(headings.filter((name) => !known(name))).toEqual([]);
  expect(headings.filter((name, index) => headings.indexOf(name) !== index)).toEqual([]);
});
