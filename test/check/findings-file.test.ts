import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excludeRows } from '../../src/check/exclude-rows.js';
import type { Finding } from '../../src/check/findings.js';
import { readFindings, writeFindings } from '../../src/check/findings-file.js';
import type { ManifestRow } from '../../src/manifest/manifest.js';
import { temporaryDirectory } from '../report/temporary-directory.js';
import { allOf } from './all-of.js';

const findingsOfRow = fc.array(
  fc.record({
    name: fc.constantFrom('UserIsFederated', 'UserIsAlias', 'DuplicateUsername', 'UserNotFoundException'),
    effect: fc.constantFrom('skipped', 'failed', 'none'),
    message: fc.oneof(fc.string(), fc.constantFrom('=1+1', 'a "quote", and\na line', "'x", '\r')),
  }) satisfies fc.Arbitrary<Finding>,
  { maxLength: 3 },
);

test('a run skips exactly the rows that the file of findings says to skip, in whatever batches they come', async () => {
  const path = join(temporaryDirectory(), 'check.csv');
  await fc.assert(
    fc.asyncProperty(
      fc.array(findingsOfRow, { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (findings, batchSize) => {
        const rows = findings.map((_, index): ManifestRow => {
          const username = `=user,"${index}"`;
          return { kind: 'user', row: index + 1, line: index + 2, username, fields: [username] };
        });
        const batches = async function* () {
          for (let at = 0; at < rows.length; at += batchSize) yield rows.slice(at, at + batchSize);
        };
        await writeFindings(path, batches(), ({ row }) => findings[row - 1] ?? []);

        const read = await allOf(readFindings(path));
        expect(read).toEqual(
          findings.flatMap((some, index) => some.map((one) => ({ ...one, row: index + 1 }))),
        );

        const kept = (await allOf(excludeRows(batches(), readFindings(path)))).flat();
        expect(kept.map(({ row, username }) => [row, username])).toEqual(
          rows.map(({ row, username }) => [row, username]),
        );
        for (const [index, row] of kept.entries()) {
          const skip = findings[index]?.find(({ effect }) => effect === 'skipped');
          if (skip === undefined) expect(row.kind).toBe('user');
          else
            expect(row).toMatchObject({
              kind: 'refused',
              status: 'skipped',
              error: skip.name,
              message: skip.message,
            });
        }
      },
    ),
    { numRuns: 50 },
  );
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file of findings that is not there is an error for whoever reads it', async () => {
  const path = join(temporaryDirectory(), 'check.csv');
  await expect(allOf(readFindings(path))).rejects.toMatchObject({ code: 'ENOENT', path });
});

test.skipIf(process.platform !== 'linux')(
  'who reads no further leaves no file of findings open',
  async () => {
    const path = join(temporaryDirectory(), 'check.csv');
    const batches = async function* () {
      for (let row = 1; row <= 5_000; row += 1)
        yield [{ kind: 'user', row, line: row + 1, username: 'u', fields: ['u'] } satisfies ManifestRow];
    };
    await writeFindings(path, batches(), () => [{ name: 'UserIsFederated', effect: 'none', message: 'm' }]);
    for await (const { row } of readFindings(path)) if (row === 3) break;
    const isOpen = async () => {
      const open = await readdir('/proc/self/fd');
      const paths = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return paths.includes(path);
    };
    await expect.poll(isOpen, { timeout: 5_000 }).toBe(false);
  },
);

test('a row that the file itself refuses keeps its own outcome', async () => {
  const path = join(temporaryDirectory(), 'check.csv');
  const refused: ManifestRow = {
    ...{ kind: 'refused', row: 1, line: 2, username: 'a b', status: 'failed', fields: ['a b'] },
    ...{ error: 'InvalidUsername', message: 'white space' },
  };
  const batches = async function* () {
    yield [refused];
  };
  await writeFindings(path, batches(), () => [{ name: 'UserIsFederated', effect: 'skipped', message: '' }]);
  expect((await allOf(excludeRows(batches(), readFindings(path)))).flat()).toEqual([refused]);
});
