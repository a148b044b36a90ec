import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ManifestRow, openManifest, readManifest } from '../../src/manifest/manifest.js';
import { inShort, testDirectory } from './files.js';

const directory = testDirectory();
const MB = 1024 * 1024;

/** A file of pieces; a number is so many NUL bytes, which take no disk. */
function writePieces(name: string, pieces: readonly (string | number)[]): string {
  const path = join(directory, name);
  const file = openSync(path, 'w');
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'number') at += piece;
    else at += writeSync(file, piece, at);
  }
  closeSync(file);
  truncateSync(path, at);
  return path;
}

/** Its last rows, having seen to it that memory stayed where it was. */
async function lastRows(path: string): Promise<readonly ManifestRow[]> {
  const manifest = await openManifest(path, { header: true });
  const before = process.memoryUsage().rss;
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  let last: readonly ManifestRow[] = [];
  try {
    for await (const batch of readManifest(manifest, { caseSensitive: true }))
      last = [...last.slice(-5), ...batch];
  } finally {
    clearInterval(sampling);
  }
  expect(peak - before).toBeLessThan(150 * MB);
  return last;
}

const filler = Array.from({ length: 10_000 }, (_, n) => `user${n},1\n`).join('');

test('a gigabyte without a newline fails as one row, in bounded memory, also when the row before it is looked up', async () => {
  const path = writePieces('gigabyte.csv', [`username,x\n${filler}bob,1\n`, 1024 * MB, '\nann,1\nbob,1\n']);
  expect(inShort(await lastRows(path)).slice(-3)).toEqual([
    ...['10002@10003 MalformedRow', '10003@10004 ann', '10004@10005 DuplicateUsername'],
  ]);
});

test('a quoted field of 300 MB fails as one row, in bounded memory', async () => {
  const path = writePieces('field.csv', [`username,x\n${filler}bob,"`, 300 * MB, '"\nann,1\n']);
  expect(inShort(await lastRows(path)).slice(-2)).toEqual(['10001@10002 MalformedRow', '10002@10003 ann']);
});

test('rows of a hundred thousand fields fail one by one, in bounded memory', async () => {
  const path = writePieces('fields.csv', [`username,x\n${`${','.repeat(100_000)}\n`.repeat(500)}ann,1\n`]);
  expect(inShort(await lastRows(path)).at(-1)).toBe('501@502 ann');
});

test('a megabyte of quotes, opened in every way, is read in time', async () => {
  const lines = ['"', '""', '"""', 'a,"', '"a', ',"a""', '""""'];
  const path = writePieces('quotes.csv', [`username,x\n${`${lines.join('\n')}\n`.repeat(60_000)}`]);
  const rows = await lastRows(path);
  expect(rows.length).toBeGreaterThan(0);
});
