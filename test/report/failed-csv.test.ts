import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FailedRow, type ManifestLayout, writeFailedCsv } from '../../src/report/failed-csv.js';
import { hardText } from './rows.js';
import { temporaryDirectory } from './temporary-directory.js';

async function* rowsOf(rows: readonly FailedRow[]) {
  yield* rows;
}

async function written(rows: readonly FailedRow[], layout: Partial<ManifestLayout>) {
  const path = join(temporaryDirectory(), 'failed.csv');
  const defaults = {
    header: undefined,
    width: layout.header?.length ?? 2,
    delimiter: ',',
  };
  await writeFailedCsv(path, rowsOf(rows), { ...defaults, ...layout });
  return { path, text: readFileSync(path, 'utf8') };
}

describe('failed.csv', () => {
  test('has the columns of the manifest and the error, and is its owner’s alone', async () => {
    const { path, text } = await written([{ fields: ['bob', 'x'], error: 'E' }], {
      header: ['username', 'note'],
    });
    expect(text).toBe('username,note,error\nbob,x,E\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(['failed.csv']);
  });

  test('replaces the error column that an earlier failed.csv has, so that it never grows', async () => {
    const rows = [{ fields: ['bob', 'x', 'Old'], error: 'New' }];
    const { text } = await written(rows, { header: ['username', 'note', 'error'] });
    expect(text).toBe('username,note,error\nbob,x,New\n');
  });

  test('has no header where the manifest has none, and its delimiter', async () => {
    const { text } = await written([{ fields: ['bob', 'a;b'], error: 'E' }], { delimiter: ';' });
    expect(text).toBe('bob;"a;b";E\n');
  });

  test('keeps the error in its column where a row is too short or too long', async () => {
    const rows = [
      { fields: ['bob'], error: 'E' },
      { fields: ['eve', 'x', 'more'], error: 'E' },
    ];
    const { text } = await written(rows, { header: ['username', 'note'] });
    expect(text).toBe('username,note,error\nbob,,E\neve,x,E,more\n');
  });

  test('keeps every value exactly, formulas too: a changed username is another user', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(hardText, hardText), { minLength: 1, maxLength: 5 }),
        async (fields) => {
          const { text } = await written(
            fields.map((pair) => ({ fields: pair, error: 'E' })),
            { header: ['username', 'note'] },
          );
          const records: string[][] = parse(text, { record_delimiter: '\n', from: 2 });
          expect(records).toEqual(fields.map((pair) => [...pair, 'E']));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('leaves the old file, and nothing beside it, if the manifest can no longer be read', async () => {
    const path = join(temporaryDirectory(), 'failed.csv');
    writeFileSync(path, 'old');
    const unreadable = Object.assign(new Error('the manifest is gone'), { code: 'ENOENT' });
    async function* rows(): AsyncGenerator<FailedRow> {
      yield { fields: ['bob'], error: 'E' };
      throw unreadable;
    }
    const layout = { header: undefined, width: 1, delimiter: ',', passwordColumn: undefined };
    await expect(writeFailedCsv(path, rows(), layout)).rejects.toBe(unreadable);
    expect([readFileSync(path, 'utf8'), readdirSync(dirname(path))]).toEqual(['old', ['failed.csv']]);
  });
});
