import { appendFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ManifestChangedError, openManifest, readManifest } from '../../src/manifest/manifest.js';
import { inShort, readCsv, rowsOf, testDirectory, writeCsv } from './files.js';

const directory = testDirectory();

test('row counts data rows and line counts lines, with blank lines and quoted newlines between', async () => {
  const csv = 'username,note\r\n\r\nann,"two\r\nlines"\r\n\nbob,x\rcid,"a\n\n\nb"\ndan,';
  expect(inShort(await readCsv(directory, csv))).toEqual(['1@3 ann', '2@6 bob', '3@7 cid', '4@11 dan']);
});

test('a header over several lines is counted with all of them', async () => {
  expect(inShort(await readCsv(directory, '\n"user\nname",username\n1,ann\n'))).toEqual(['1@4 ann']);
});

test('a username is handed on exactly as written, quotes of CSV apart', async () => {
  const [row] = await readCsv(directory, 'username\n"a""b,c"\n');
  expect(row).toMatchObject({ kind: 'user', username: 'a"b,c' });
});

test.each([
  ['a space before', ' ann', 'character 1 is white space (U+0020)'],
  ['a no-break space', 'a\u00a0b', 'character 2 is white space (U+00A0)'],
  ['a control character', 'a\u0007', 'character 2 is a control character (U+0007)'],
  ['a NUL', 'a\0', 'U+0000'],
  ['a bidi mark', '👩a\u202eb', 'character 3 is an invisible formatting character (U+202E)'],
  ['129 characters', 'x'.repeat(129), 'longer than 128'],
  ['a megabyte', 'x'.repeat(1_000_000), 'longer than 128'],
  ['only white space', '   ', 'white space'],
])('a username with %s fails as InvalidUsername and stays as written', async (_, username, message) => {
  // Padded, since a NUL among the first bytes makes the file binary.
  const csv = `username,x\n${`${'p'.repeat(1000)},1\n`.repeat(100)}${username},1\n`;
  expect((await readCsv(directory, csv)).at(-1)).toMatchObject({
    ...{ kind: 'refused', status: 'failed', error: 'InvalidUsername', username, fields: [username, '1'] },
    message: expect.stringContaining(message),
  });
});

test.each(['x'.repeat(128), '👩'.repeat(128), 'a+b@example.com', 'zoë', '__proto__', '=1+1', '€'])(
  'the username %s is good: 128 characters are counted as code points',
  async (username) => {
    expect(await readCsv(directory, `username,x\n${username},1\n`)).toMatchObject([
      { kind: 'user', username },
    ]);
  },
);

test('an empty username fails as EmptyUsername, quoted in a file of one column too', async () => {
  expect(inShort(await readCsv(directory, 'username,x\n,1\nann,1\n'))).toEqual([
    '1@2 EmptyUsername',
    '2@3 ann',
  ]);
  expect(inShort(await readCsv(directory, 'username\n""\nann\n'))).toEqual(['1@2 EmptyUsername', '2@3 ann']);
});

test.each([
  ['a quote inside a plain field', 'o"neil,SECRET', 'stands inside a field'],
  ['text behind a closing quote', '"ann"x,SECRET', 'text follows a closing quote'],
  ['a quote behind a quoted field', '"ann" "x",SECRET', 'text follows a closing quote'],
  ['too few fields', 'SECRET', '1 field where 2 are expected'],
  ['too many fields', 'a,SECRET,c', '3 fields where 2 are expected'],
  ['a quote that is never closed', '"ann,SECRET', 'not closed'],
])('a row with %s fails alone and says so without its contents', async (_, bad, message) => {
  const rows = await readCsv(directory, `username,password\nann,1\n${bad}\nbob,2\ncid,3\n`, {
    passwordColumn: 'password',
  });
  expect(inShort(rows)).toEqual(['1@2 ann', '2@3 MalformedRow', '3@4 bob', '4@5 cid']);
  expect(rows[1]).toMatchObject({ username: '', fields: [], message: expect.stringContaining(message) });
  expect(JSON.stringify(rows[1])).not.toContain('SECRET');
});

test('an unclosed quote costs one line, though a later row has quotes of its own', async () => {
  const csv = 'username,x\n"ann,1\nbob,2\n"cid","3"\ndan,4\n';
  expect(inShort(await readCsv(directory, csv))).toEqual([
    '1@2 MalformedRow',
    '2@3 bob',
    '3@4 cid',
    '4@5 dan',
  ]);
});

test('a row over 1 MiB fails alone, one of exactly 1 MiB does not', async () => {
  const limit = 1024 * 1024;
  const csv = `username,x\nann,${'y'.repeat(limit - 4)}\nbob,${'y'.repeat(limit - 3)}\ncid,"${'y\n'.repeat(limit / 2)}"\ndan,1\n`;
  const rows = await readCsv(directory, csv);
  expect(inShort(rows.slice(0, 2))).toEqual(['1@2 ann', '2@3 MalformedRow']);
  expect(rows[2]).toMatchObject({
    row: 3,
    line: 4,
    error: 'MalformedRow',
    message: expect.stringContaining('1 MiB'),
  });
  expect(rows.at(-1)).toMatchObject({ username: 'dan', line: 4 + limit / 2 + 1 });
});

test('invalid bytes behind the first 64 KiB fail their row alone', async () => {
  const filler = Array.from({ length: 20_000 }, (_, n) => `user${n},1\n`).join('');
  const body = [`username,x\n${filler}`, Buffer.from([0x7a, 0xe9]), ',1\nann,1\n'].map((part) =>
    Buffer.from(part),
  );
  const rows = await readCsv(directory, Buffer.concat(body));
  expect(inShort(rows.slice(-2))).toEqual(['20001@20002 MalformedRow', '20002@20003 ann']);
  expect(rows.at(-2)?.kind === 'refused' && rows.at(-2)).toMatchObject({
    message: expect.stringContaining('UTF-8'),
  });
});

test('a lone surrogate in UTF-16 fails its row alone, as does half a character at the end', async () => {
  const text = Buffer.from('\ufeffusername,x\na\ud800b,1\nann,1\n\udc00,1\nbo,1', 'utf16le');
  const rows = await readCsv(directory, Buffer.concat([text, Buffer.from('b')]), { chunkBytes: 6 });
  expect(inShort(rows)).toEqual(['1@2 MalformedRow', '2@3 ann', '3@4 MalformedRow', '4@5 MalformedRow']);
});

test('the password is a Secret and not among the fields', async () => {
  const csv = 'email,Password,username\na@b.c,hunter2,ann\n';
  const [row] = await readCsv(directory, csv, { passwordColumn: 'password' });
  expect(row).toMatchObject({ username: 'ann', fields: ['a@b.c', 'ann'] });
  expect(row?.kind === 'user' && row.password?.reveal()).toBe('hunter2');
  expect(JSON.stringify(row)).not.toContain('hunter2');
});

test('without a header every line is a row, columns are numbers, and the fields are kept', async () => {
  const rows = await readCsv(directory, '1,ann,pw\n2,bob,pw\n', {
    header: false,
    column: '2',
    passwordColumn: '3',
  });
  expect(rows.map(({ fields }) => fields)).toEqual([
    ['1', 'ann'],
    ['2', 'bob'],
  ]);
  expect(inShort(rows)).toEqual(['1@1 ann', '2@2 bob']);
});

test('a file that grows or is written to while it is read is caught', async () => {
  const path = writeCsv(
    directory,
    `username\n${Array.from({ length: 5000 }, (_, n) => `user${n}\n`).join('')}`,
  );
  const manifest = await openManifest(path, { header: true });
  const reading = readManifest(manifest, { caseSensitive: true, chunkBytes: 1000 });
  await reading.next();
  appendFileSync(path, 'late\n');
  const rest = async () => {
    for await (const _ of reading);
  };
  await expect(rest()).rejects.toThrow(ManifestChangedError);
  await expect(rowsOf(manifest)).rejects.toThrow(/written to/);
  writeFileSync(path, 'username\nann\n');
  await expect(rowsOf(manifest)).rejects.toThrow(ManifestChangedError);
});
