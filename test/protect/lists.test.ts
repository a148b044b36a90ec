import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configPaths, protectedByOrganisation } from '../../src/protect/organisation.js';
import { readProtectFile } from '../../src/protect/protect-file.js';
import { createProtection } from '../../src/protect/protection.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'protect-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(dir, name), content);
  return join(dir, name);
}
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('nothing was refused'),
    (error: unknown) => error,
  );

describe('a file of --protect', () => {
  test('has one username a line, with comments and blank lines, in any line ends and with a byte order mark', async () => {
    const path = await written('admins.txt', '\uFEFF# break glass\r\nadmin\r\n\r\n  ops-1 \rZoë\n#bob\n');
    expect(await readProtectFile(path)).toEqual(['admin', 'ops-1', 'Zoë']);
  });

  test('is a CSV if its name says so, its column of usernames found as in the file of users', async () => {
    const path = await written('admins.CSV', 'name;username\nAnn;"a;b"\nBob;#1\n');
    expect(await readProtectFile(path)).toEqual(['a;b', '#1']);
  });

  test.each([
    ['a list without a name', 'x.txt', '# nobody\n', /protect nobody/],
    ['a CSV that is called a list', 'x.txt', 'username\nadmin\n', /line 1: looks like a CSV/],
    ['several names on a line', 'x.txt', 'admin\nops,root\n', /line 2: looks like a CSV/],
    ['a name with a space', 'x.txt', 'break glass\n', /line 1: character 6 is white space/],
    ['another encoding', 'x.txt', Buffer.from('Jos\u00e9', 'latin1'), /not UTF-8/],
    ['a malformed row', 'x.csv', 'username,name\nadmin\n', /line 2: 1 field where 2/],
    ['a CSV without rows', 'x.csv', 'username\n', /no rows/],
  ])('%s is refused', async (_, name, content, says) => {
    expect(await refusal(readProtectFile(await written(name, content)))).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(says),
    });
  });

  test('a file that is not there is refused', async () => {
    expect(String(await refusal(readProtectFile(join(dir, 'none.txt'))))).toMatch(/does not exist/);
    expect(String(await refusal(readProtectFile(dir)))).toMatch(/cannot be read \(EISDIR\)/);
  });
});

describe('an organisation’s configuration', () => {
  test('is looked for in /etc, beside the program, and in the user’s own configuration', () => {
    const places = configPaths('/opt/tool/node_modules/cognito-bulk-reset', {
      XDG_CONFIG_HOME: '/home/ann/.c',
    });
    expect(places).toEqual([
      '/etc/cognito-bulk-reset/config.json',
      '/opt/tool/node_modules/cognito-bulk-reset/cognito-bulk-reset.config.json',
      '/opt/tool/cognito-bulk-reset.config.json',
      '/home/ann/.c/cognito-bulk-reset/config.json',
    ]);
  });

  test.each(['', 'config', './config'])(
    'is looked for in the user’s home when XDG_CONFIG_HOME is %j, as if it were unset',
    (XDG_CONFIG_HOME) => {
      const own = join(homedir(), '.config', 'cognito-bulk-reset', 'config.json');
      expect(configPaths('/opt/tool', { XDG_CONFIG_HOME }).at(-1)).toBe(own);
      expect(configPaths('/opt/tool', {}).at(-1)).toBe(own);
    },
  );

  test('all that are there add up', async () => {
    const one = await written('one.json', '{"protect": ["admin"]}');
    const two = await written('two.json', '{"protect": ["ops", "admin"]}');
    expect(await protectedByOrganisation([one, join(dir, 'none.json'), two])).toEqual([
      'admin',
      'ops',
      'admin',
    ]);
  });

  test.each([
    ['no JSON', 'admin\n', /is no JSON/],
    ['a mistyped key', '{"protects": ["admin"]}', /is wrong/],
    ['a name that is none', '{"protect": ["break glass"]}', /protect\.0: character 6/],
    ['no list', '{"protect": "admin"}', /protect: /],
  ])('one with %s is refused, as it would protect nobody', async (_, content, says) => {
    const path = await written('config.json', content);
    expect(await refusal(protectedByOrganisation([path]))).toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(says),
    });
  });

  test('one that can’t be read is refused', async () => {
    await mkdir(join(dir, 'config.json'));
    expect(String(await refusal(protectedByOrganisation([join(dir, 'config.json')])))).toMatch(/EISDIR/);
  });
});

test('names are compared by the pool’s rule of case, and however an accent is written', () => {
  const exact = createProtection(['Admin', 'Zo\u00eb', 'Admin'], true);
  expect(['Admin', 'admin', 'Zoe\u0308', 'zoe\u0308'].map(exact.has)).toEqual([true, false, true, false]);
  const folded = createProtection(['Admin', 'Zo\u00eb'], false);
  expect(['ADMIN', 'zoe\u0308', 'ann'].map(folded.has)).toEqual([true, true, false]);
  expect([exact.unmet(), createProtection(['Ann', 'Bob'], false).unmet()]).toEqual([[], ['Ann', 'Bob']]);
});
