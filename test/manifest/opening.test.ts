import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ManifestOptions, openManifest } from '../../src/manifest/manifest.js';
import { UsageError } from '../../src/usage-error.js';
import { inShort, readCsv, testDirectory, writeCsv } from './files.js';

const directory = testDirectory();

const open = (content: string | Buffer, options: Partial<ManifestOptions> = {}) =>
  openManifest(writeCsv(directory, content), { header: true, ...options });

async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  const message = error instanceof UsageError ? error.message : '';
  expect(message).not.toMatch(/[\r\n\u001b\u202e]/);
  expect(message.length).toBeLessThan(2500);
  return message;
}

test.each([
  ['id,UserName', 'UserName'],
  ['cognito:username,email,sub', 'cognito:username'],
  ['User_Name', 'User_Name'],
  ['email,USER', 'USER'],
  ['id,Email', 'Email'],
  ['sub,name', 'sub'],
  ['"id", username', ' username'],
])('the header %s tells the username column by itself', async (header, name) => {
  expect((await open(`${header}\na,b,c\n`)).usernameColumn.name).toBe(name);
});

test.each([
  ['two of equal rank', 'username,user,x', 'several columns that may hold the username, "username", "user";'],
  ['email and sub', 'email,sub', 'several columns'],
  ['the same name twice', 'username,x,Username', 'several columns'],
  ['none', 'id,name', 'choose one with --column <name or number>, or pass --no-header'],
])('with %s it asks for --column and lists what it saw', async (_, header, message) => {
  const said = await refusal(open(`${header}\na,b,c\n`));
  expect(said).toContain(message);
  expect(said).toContain('--column');
  for (const name of header.split(',')) expect(said).toContain(`"${name}"`);
});

test('--column takes the exact name, then any case, then a number', async () => {
  const csv = 'Name,name,2,Login\na,b,c,d\n';
  expect((await open(csv, { column: 'name' })).usernameColumn.index).toBe(1);
  expect((await open(csv, { column: 'LOGIN' })).usernameColumn.index).toBe(3);
  expect((await open(csv, { column: '2' })).usernameColumn.index).toBe(2);
  expect((await open(csv, { column: '1' })).usernameColumn.index).toBe(0);
  expect(await refusal(open(csv, { column: 'NAME' }))).toContain(
    '2 columns called "NAME" (--column), the 1. and the 2.',
  );
  expect(await refusal(open(csv, { column: 'nobody' }))).toContain(
    'no column "nobody" (--column); its columns: "Name"',
  );
  expect(await refusal(open(csv, { column: '5' }))).toContain('no column "5"');
  expect(await refusal(open('username,x\na,b\n', { passwordColumn: 'pw' }))).toContain(
    'no column "pw" (--password-column)',
  );
  expect(await refusal(open('username,x\na,b\n', { passwordColumn: 'USERNAME' }))).toContain(
    'both username and password',
  );
  expect(await refusal(open('a,b\n', { header: false, column: 'email' }))).toContain(
    "a column's number, from 1 to 2",
  );
  expect(await refusal(open('a,b\n', { header: false, column: '3' }))).toContain('from 1 to 2');
});

test.each([
  ['username;note, long\na;b\n', {}, ';'],
  ['username\tx\na\tb\n', {}, '\t'],
  ['email;sub\na;b\n', { column: 'sub' }, ';'],
  ['username,a;b\nx,y\n', {}, ','],
  ['username\na;b\n', {}, ','],
  ['a;b\nc;d\n', { header: false }, ';'],
  ['a;b\nc\n', { header: false }, ','],
  ['a;b\nc,d\n', { header: false }, ','],
  ['username|x\na|b\n', { delimiter: '|' }, '|'],
  ['username\tx\na\tb\n', { delimiter: '\\t' }, '\t'],
])('%j with %j is split at %j', async (csv, options, delimiter) => {
  expect((await open(csv, options)).delimiter).toBe(delimiter);
});

test.each(['', ',,', '"', '\n', 'é', 'a', '0', '\0'])('the delimiter %j is refused', async (delimiter) => {
  expect(await refusal(open('username\na\n', { delimiter }))).toContain('--delimiter');
});

test('a missing file, a directory, a pipe and an unreadable file are each named', async () => {
  const at = (path: string) => refusal(openManifest(path, { header: true }));
  expect(await at(join(directory, 'no\u001b.csv'))).toMatch(/no\\u\{1b\}\.csv" does not exist/);
  expect(await at(directory)).toContain('is a directory');
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await at(pipe)).toContain('no regular file');
  const secret = writeCsv(directory, 'username\na\n', 'secret.csv');
  chmodSync(secret, 0);
  // Root reads whatever the mode says.
  if (process.getuid?.() !== 0) expect(await at(secret)).toContain('may not be read by this user');
});

test.each([
  ['nothing', '', 'is empty'],
  ['a byte order mark alone', '\ufeff', 'only blank lines'],
  ['blank lines alone', '\n\r\n\n', 'only blank lines'],
  ['a header alone', 'username,x\n', 'a header and no rows'],
  ['a header with an open quote', 'username,"x\na,b\n', 'line 1: a quote is opened and not closed'],
  ['gzip', gzipSync('username\na\n'), 'gunzip'],
  [
    'a workbook',
    Buffer.from('PK\u0003\u0004....[Content_Types].xml'),
    'an Excel workbook; save the sheet as CSV',
  ],
  ['a zip', Buffer.from('PK\u0003\u0004....'), 'a zip file'],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'an Excel workbook'],
  ['NUL bytes', 'username\na\0b\n', 'NUL bytes'],
  ['UTF-16 without its mark', Buffer.from('username\na\n', 'utf16le'), 'UTF-16 without a byte order mark'],
  ['UTF-32', Buffer.from('fffe000075000000', 'hex'), 'UTF-32'],
  [
    'Latin-1',
    Buffer.from('username\nann\nzo\xeb\n', 'latin1'),
    'not UTF-8 (line 3): save it as CSV UTF-8, or convert it',
  ],
])('a file of %s is refused, with what to do', async (_, content, message) => {
  expect(await refusal(open(content))).toContain(message);
});

test('a character that the first 64 KiB cut in two is no wrong encoding', async () => {
  for (let shift = 0; shift < 4; shift++) {
    const filler = `username\n${'x'.repeat(65_536 - 9 - 1 - shift - 1)}\n`;
    expect(inShort(await readCsv(directory, `${filler}👩👩\nann\n`)).slice(1)).toEqual([
      '2@3 👩👩',
      '3@4 ann',
    ]);
  }
});

test('a header of escapes, bidi marks, __proto__ and a thousand columns is listed safely', async () => {
  const names = [
    '\u001b[31m',
    'a\u202eb',
    '__proto__',
    'l'.repeat(500),
    ...Array.from({ length: 1000 }, (_, n) => `c${n}`),
  ];
  const said = await refusal(open(`${names.join(',')}\nx\n`));
  expect(said).toContain('"\\u{1b}[31m", "a\\u{202e}b", "__proto__"');
  expect(said).toContain('and 984 more');
});

test('a million columns are refused, as is a first line of megabytes', async () => {
  expect(await refusal(open(`username${',a'.repeat(20_000)}\n`))).toContain('at most 10000 are read');
  expect(await refusal(open(`username${',a'.repeat(1_000_000)}\n`))).toContain('longer than 1 MiB');
});

test('rows are counted exactly under 2 MiB and estimated within 2 % above', async () => {
  expect(await open('username\n\na\n"b\nc"\n')).toMatchObject({ estimatedRows: 2, exactRows: true });
  const rows = 200_000;
  const csv = `username,x\n${Array.from({ length: rows }, (_, n) => `user${1e6 + n},1\n`).join('')}`;
  for (const content of [csv, Buffer.from(`\ufeff${csv}`, 'utf16le')]) {
    const { estimatedRows, exactRows } = await open(content);
    expect(exactRows).toBe(false);
    expect(Math.abs(estimatedRows / rows - 1)).toBeLessThan(0.02);
  }
});
