import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openManifest } from '../../src/manifest/manifest.js';
import { rowsOf, testDirectory, writeCsv } from './files.js';

const directory = testDirectory();

const awkward = fc.constantFrom(
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\r',
  ' ',
  'é',
  '語',
  '👩‍💻',
  '\u202e',
  '=1+1',
  '\\',
);
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter((value) => value.isWellFormed());

const sheet = fc.integer({ min: 0, max: 3 }).chain((extra) =>
  fc.record({
    extra: fc.constant(extra),
    at: fc.integer({ min: 0, max: extra }),
    rows: fc.array(fc.array(text, { minLength: extra + 1, maxLength: extra + 1 }), {
      minLength: 1,
      maxLength: 12,
    }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    quoted: fc.boolean(),
    header: fc.boolean(),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    encoding: fc.constantFrom('utf-8', 'utf-8 with bom', 'utf-16le', 'utf-16be'),
    chunkBytes: fc.integer({ min: 1, max: 40 }),
    blanks: fc.boolean(),
  }),
);

test('whatever csv-stringify writes comes out one line a row, in order, byte for byte, with its line, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      sheet,
      async ({ extra, at, rows, lineEnd, quoted, header, delimiter, encoding, chunkBytes, blanks }) => {
        const names = Array.from({ length: extra + 1 }, (_, n) => (n === at ? 'username' : `__proto__${n}`));
        const all = header ? [names, ...rows] : rows;
        // A lone empty field is a blank line unless it is quoted; a row must be one to be counted as one.
        const lines = all.map((fields) =>
          stringify([fields], {
            delimiter,
            record_delimiter: lineEnd,
            quoted: quoted || fields.join('') === '' || /[\r\n]/.test(fields.join('')),
            quoted_empty: true,
          }),
        );
        const content = lines.join(blanks ? lineEnd : '');
        const path = writeCsv(directory, encoded(content, encoding));
        const manifest = await openManifest(path, {
          header,
          delimiter,
          column: header ? undefined : String(at + 1),
        });
        const read = await rowsOf(manifest, { chunkBytes });

        expect(manifest).toMatchObject({ exactRows: true, estimatedRows: rows.length });
        expect(read.map(({ row }) => row)).toEqual(rows.map((_, n) => n + 1));
        expect(read.map(({ username }) => username)).toEqual(rows.map((fields) => fields[at]));
        expect(read.map(({ fields }) => fields)).toEqual(rows);
        expect(read.map(({ line }) => line)).toEqual(linesOf(lines, blanks).slice(header ? 1 : 0));
      },
    ),
    { numRuns: 400 },
  );
});

test('any bytes at all give the same rows however they are cut, with numbers that rise', async () => {
  const bytes = fc
    .array(fc.constantFrom('"', '"', ',', '\n', '\r', '\r\n', 'a', 'bc', '\u00e9', '\xff'), { maxLength: 60 })
    .map((parts) =>
      Buffer.concat([Buffer.from('username,x\nfirst,1\n'), ...parts.map((part) => Buffer.from(part))]),
    );
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (body, chunkBytes) => {
      const path = writeCsv(directory, body);
      const manifest = await openManifest(path, { header: true }).catch(() => undefined);
      if (manifest === undefined) return;
      const whole = await rowsOf(manifest);
      expect(await rowsOf(manifest, { chunkBytes })).toEqual(whole);
      expect(whole.map(({ row }) => row)).toEqual(whole.map((_, n) => n + 1));
      expect(whole.every(({ line }, n) => n === 0 || line > (whole[n - 1]?.line ?? 0))).toBe(true);
      expect(whole).toHaveLength(manifest.estimatedRows);
    }),
    { numRuns: 400 },
  );
});

function encoded(content: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(content);
  if (encoding === 'utf-8 with bom') return Buffer.from(`\ufeff${content}`);
  const little = Buffer.from(`\ufeff${content}`, 'utf16le');
  return encoding === 'utf-16le' ? little : little.swap16();
}

/** The physical line on which each record begins. */
function linesOf(records: readonly string[], blanks: boolean): number[] {
  let line = 1;
  return records.map((record) => {
    const begins = line;
    line += (record.match(/\r\n|\r|\n/g)?.length ?? 0) + (blanks ? 1 : 0);
    return begins;
  });
}
