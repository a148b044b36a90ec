import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyRows, openManifest } from '../../src/manifest/manifest.js';
import { rowsOf, testDirectory, writeCsv } from './files.js';

const directory = testDirectory();

test('a selection of a file reads those very rows, numbered anew, each with its line, and duplicates as in the whole file', async () => {
  // Lines of their own, a row over two lines, a malformed one, duplicates within and across a selection.
  const names = fc.constantFrom('ann', 'bob', '"two\nlines"', 'eve,too,many', '', 'x y', 'carl');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(names, fc.boolean()), { minLength: 1, maxLength: 40 }),
      async (rows) => {
        const text = `username,note\n${rows.map(([name], at) => (name === '' ? `,${at}\n` : `${name},${at}\n`)).join('')}`;
        const manifest = await openManifest(writeCsv(directory, text), { header: true });
        const all = await rowsOf(manifest);
        const selected = rows.flatMap(([, take], at) => (take ? [at + 1] : []));
        const some = onlyRows(manifest, Uint32Array.from(selected), new Set());
        expect(await rowsOf(some)).toEqual(selected.map((row, at) => ({ ...all[row - 1], row: at + 1 })));
        expect([some.estimatedRows, some.exactRows]).toEqual([selected.length, true]);
      },
    ),
    { numRuns: 60 },
  );
});
