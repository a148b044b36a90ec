import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Its statements, without the import and however they are broken into lines. */
function statementsOf(code: string | undefined): string {
  return (code ?? '')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

test('the example of the library in the README is that of its reference', () => {
  const inReadme = /^```ts\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1];
  const docstring = /\* ```ts\n([\s\S]*?) \* ```/.exec(read('src/library/reset-passwords.ts'))?.[1];
  expect(statementsOf(docstring?.replaceAll(/^ \* ?/gm, ''))).toBe(statementsOf(inReadme));
});
