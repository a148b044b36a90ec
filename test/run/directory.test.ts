import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRunDirectory, lookIntoRunDirectory, openRunDirectory } from '../../src/run/directory.js';
import { UsageError } from '../../src/usage-error.js';
import { runProgram } from '../support/program.js';

let place: string;
let path: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'directory-'));
  path = join(place, 'run');
  await createRunDirectory(path);
});
afterEach(() => rm(place, { recursive: true, force: true }));

test('a new run directory is 0700, and so is each directory that had to be made above it', async () => {
  const before = process.umask(0);
  try {
    await createRunDirectory(join(place, 'runs', 'one'));
  } finally {
    process.umask(before);
  }
  for (const name of ['runs', 'runs/one']) expect((await stat(join(place, name))).mode & 0o777).toBe(0o700);
});

test('a new run directory is not made over a link, a dangling one neither', async () => {
  await symlink(join(place, 'elsewhere'), join(place, 'link'));
  await expect(createRunDirectory(join(place, 'link'))).rejects.toThrow(UsageError);
});

describe('the directory of an earlier run is refused', () => {
  const refused = (words: RegExp) => expect(openRunDirectory(path)).rejects.toThrow(words);

  test.each(['run', 'run/', 'run/.'])('behind a link, as %s', async (name) => {
    await rename(path, join(place, 'real'));
    await symlink(join(place, 'real'), path);
    const given = `${place}/${name}`;
    for (const open of [openRunDirectory, lookIntoRunDirectory])
      await expect(open(given)).rejects.toThrow(/is a symbolic link: give the directory itself/);
  });

  test('when it is none, or not there', async () => {
    await rm(path, { recursive: true });
    await refused(/There is no run directory/);
    await writeFile(path, '');
    await refused(/is not a directory/);
  });

  test.each([0o770, 0o702, 0o777, 0o1777])('when others may write to it (mode %o)', async (mode) => {
    await chmod(path, mode);
    await refused(/can be written to by other users \(mode 0\d{3}\).*chmod 700/);
    // Looking does no harm.
    expect((await lookIntoRunDirectory(path)).path).toBe(path);
  });

  // Only root can give a directory away.
  test.skipIf(process.geteuid?.() !== 0)('when it belongs to somebody else, for root too', async () => {
    await chown(path, 65_534, 65_534);
    await refused(/belongs to another user \(uid 65534\)/);
  });

  test.each([
    ...['run.json', 'report.csv', 'report.html', 'summary.json', 'failed.csv', 'run.log', 'run.key'],
    ...[
      'run.lock',
      'input.csv',
      'input.sealed',
      'live.json',
      'live.json.tmp',
      'control.json',
      'queue',
      'check.csv',
    ],
  ])('when its %s is a link', async (name) => {
    await symlink(join(place, 'elsewhere'), join(path, name));
    await refused(new RegExp(`${name} is a symbolic link, which could lead the run astray`));
  });
});

test('a refused directory is named with its escapes shown, in one line, with exit 2', async () => {
  const evil = join(place, '\u001b[31mrun');
  await mkdir(evil, { mode: 0o700 });
  await symlink('/etc/passwd', join(evil, 'run.log\u001b[0m'));
  const { code, stderr } = await runProgram(['resume', evil]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/\\u\{1b\}\[31mrun\/run\.log\\u\{1b\}\[0m is a symbolic link/);
  expect(stderr).not.toContain('\u001b');
  expect(await readlink(join(evil, 'run.log\u001b[0m'))).toBe('/etc/passwd');
});
