import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCheckpoints } from '../../src/manifest/checkpoints.js';
import { createKeyedHash } from '../../src/manifest/keyed-hash.js';
import { createRowTable } from '../../src/manifest/row-table.js';
import { inShort, readCsv, testDirectory } from './files.js';

const directory = testDirectory();

/** All usernames meet in one slot. */
const oneHash = (_: string, out: Uint32Array): void => {
  out.fill(7);
};

test('a username seen before is skipped and the first row and its line are named', async () => {
  const rows = await readCsv(directory, 'username,x\nann,"1\n"\nbob,2\nann,3\nANN,4\nann,5\n');
  expect(inShort(rows)).toEqual([
    '1@2 ann',
    '2@4 bob',
    '3@5 DuplicateUsername',
    '4@6 ANN',
    '5@7 DuplicateUsername',
  ]);
  expect(rows[4]).toMatchObject({
    ...{ status: 'skipped', username: 'ann', fields: ['ann', '5'] },
    message: 'the same username as row 1 (line 2), which is the one that counts',
  });
});

test('in a pool that does not tell upper from lower case BOB is a duplicate of bob', async () => {
  const rows = await readCsv(directory, 'username\nbob\nBOB\nÉva\néVA\n', { caseSensitive: false });
  expect(inShort(rows)).toEqual(['1@2 bob', '2@3 DuplicateUsername', '3@4 Éva', '4@5 DuplicateUsername']);
  expect(rows[1]).toMatchObject({
    username: 'BOB',
    message: expect.stringContaining('does not tell upper from lower'),
  });
});

test('only good rows count as first: a malformed or invalid one hides nobody', async () => {
  const rows = await readCsv(directory, 'username,x\nann\nann,1\nann,2\na b,1\na b,2\n');
  expect(inShort(rows)).toEqual([
    ...['1@2 MalformedRow', '2@3 ann', '3@4 DuplicateUsername'],
    ...['4@5 InvalidUsername', '5@6 InvalidUsername'],
  ]);
});

test.each(['utf-8', 'utf-16le'] as const)(
  'a hash alone never decides: all alike, the same rows are duplicates (%s)',
  async (encoding) => {
    const name = fc.integer({ min: 0, max: 150 }).map((n) => `${n % 2 === 0 ? 'User' : 'usér'}${n >> 1}`);
    const record = fc.tuple(name, fc.constantFrom('x', '"a\nb"', '"', '', 'long'.repeat(50)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 5, max: 600 }),
        async (records, chunkBytes) => {
          const csv = `username,x\n${records.map((fields) => fields.join(',')).join('\n\n')}\n`;
          const content = encoding === 'utf-8' ? csv : Buffer.from(`\ufeff${csv}`, 'utf16le');
          const rows = await readCsv(directory, content, { chunkBytes, hash: oneHash });
          const first = new Map<string, { row: number; line: number }>();
          for (const row of rows) {
            if (row.kind === 'refused' && row.error === 'MalformedRow') continue;
            const before = first.get(row.username);
            if (before === undefined) {
              expect(row.kind).toBe('user');
              first.set(row.username, row);
            } else {
              expect(row).toMatchObject({
                error: 'DuplicateUsername',
                message: expect.stringContaining(`as row ${before.row} (line ${before.line})`),
              });
            }
          }
          expect(await readCsv(directory, content)).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('duplicates far apart are found, also behind rows of megabytes', async () => {
  const block = (from: number): string =>
    Array.from({ length: 3000 }, (_, n) => `user${from + n},${'y'.repeat(n % 90)}\n`).join('');
  const csv = `username,x\n${block(0)}big,${'z'.repeat(1_000_000)}\nhuge,${'z'.repeat(5_000_000)}\n${block(3000)}big,1\n${block(1500)}`;
  const rows = await readCsv(directory, csv);
  expect(rows).toHaveLength(9003);
  expect(rows.at(6002)).toMatchObject({
    error: 'DuplicateUsername',
    message: expect.stringContaining('row 3001 (line 3002)'),
  });
  expect(rows.slice(6003).every((row) => row.kind === 'refused' && row.error === 'DuplicateUsername')).toBe(
    true,
  );
  expect(rows.at(-1)).toMatchObject({ message: expect.stringContaining('row 4502 (line 4503)') });
  expect(rows.filter(({ kind }) => kind === 'user')).toHaveLength(6001);
});

test('the table and the checkpoints stay under 20 bytes a row at every moment, while they grow too', () => {
  const table = createRowTable();
  const checkpoints = createCheckpoints();
  const hash = createKeyedHash();
  const words = new Uint32Array(2);
  let worst = 0;
  for (let row = 1; row <= 2_000_000; row++) {
    hash(`user${row}@example.com`, words);
    table.add(words[0] ?? 0, words[1] ?? 0, row);
    checkpoints.note(row, row * 40, row);
    // Grown one segment at a time: old and new slots of one in 256 at once.
    if (row >= 50_000 && row % 1000 === 0) {
      worst = Math.max(worst, (table.bytes() * (1 + 1 / 256) + checkpoints.bytes()) / row);
    }
  }
  expect(worst).toBeGreaterThan(10);
  expect(worst).toBeLessThan(20);
});

test('another key gives other hashes, and a key spreads near-alike usernames like chance', () => {
  const words = new Uint32Array(2);
  const hashesOf = (key: Buffer): string[] => {
    const hash = createKeyedHash(key);
    return Array.from({ length: 20_000 }, (_, n) => {
      hash(`user${n}`, words);
      return `${words[0]}.${words[1]}`;
    });
  };
  const some = hashesOf(Buffer.from('0102030405060708', 'hex'));
  expect(new Set(some).size).toBe(20_000);
  for (const other of ['0102030405060709', '0202030405060708']) {
    const others = new Set(hashesOf(Buffer.from(other, 'hex')));
    expect(some.some((hash) => others.has(hash))).toBe(false);
  }
  const segments = new Uint32Array(256);
  for (const hash of some) {
    const segment = Number(hash.split('.')[0]) % 256;
    segments[segment] = (segments[segment] ?? 0) + 1;
  }
  expect(Math.max(...segments)).toBeLessThan(130);
  expect(Math.min(...segments)).toBeGreaterThan(40);
});
