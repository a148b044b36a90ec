import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRunKey, readRunKey } from '../../src/password/key-file.js';
import { keyFingerprint, RunKey } from '../../src/password/run-key.js';
import { UsageError } from '../../src/usage-error.js';

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-key-'));
  path = join(dir, 'run.key');
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function refusal(source: string | number): string {
  try {
    readRunKey(source);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return expect.unreachable();
}

describe('createRunKey', () => {
  test('writes 32 bytes that only the owner can read, whatever the umask', () => {
    const before = process.umask(0);
    try {
      const key = createRunKey(path);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path)).toHaveLength(32);
      expect(keyFingerprint(readRunKey(path))).toBe(keyFingerprint(key));
    } finally {
      process.umask(before);
    }
  });

  test('makes another key each time', () => {
    expect(keyFingerprint(createRunKey(path))).not.toBe(keyFingerprint(createRunKey(`${path}2`)));
  });

  test('never overwrites a key', () => {
    const key = createRunKey(path);
    expect(() => createRunKey(path)).toThrow(UsageError);
    expect(keyFingerprint(readRunKey(path))).toBe(keyFingerprint(key));
  });

  test('does not write through a link that was put in its place', () => {
    const elsewhere = join(dir, 'elsewhere');
    symlinkSync(elsewhere, path);
    expect(() => createRunKey(path)).toThrow(UsageError);
    expect(existsSync(elsewhere)).toBe(false);
  });
});

describe('readRunKey', () => {
  test.each([0o644, 0o640, 0o604, 0o620, 0o601])('refuses a key that others can reach: mode %o', (mode) => {
    createRunKey(path);
    chmodSync(path, mode);
    expect(refusal(path)).toMatch(/can be reached by other users \(mode 06..\): run chmod 600/);
    const fd = openSync(path, 'r');
    expect(refusal(fd)).toMatch(/chmod 600/);
    closeSync(fd);
  });

  test('reads a key of mode 0400', () => {
    const key = createRunKey(path);
    chmodSync(path, 0o400);
    expect(keyFingerprint(readRunKey(path))).toBe(keyFingerprint(key));
  });

  test('refuses a link, even to a good key', () => {
    createRunKey(path);
    symlinkSync(path, `${path}.link`);
    expect(refusal(`${path}.link`)).toContain('is a symbolic link');
  });

  test.each([0, 31, 33, 64])('refuses a file of %i bytes', (size) => {
    writeFileSync(path, new Uint8Array(size), { mode: 0o600 });
    expect(refusal(path)).toContain('a key has 32 bytes');
  });

  test('refuses a directory, a named pipe and nothing at all, without waiting', () => {
    mkdirSync(path, { mode: 0o700 });
    expect(refusal(path)).toContain('is no file');
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    expect(refusal(pipe)).toContain('is no file');
    expect(refusal(join(dir, 'none'))).toContain("isn't there");
    expect(refusal(9999)).toContain("isn't open");
  });

  test('reads an open file by its descriptor, and leaves it open', () => {
    const key = createRunKey(path);
    const fd = openSync(path, 'r');
    expect(keyFingerprint(readRunKey(fd))).toBe(keyFingerprint(key));
    closeSync(fd);
  });

  test("reads a parent's pipe by its descriptor, in pieces too", () => {
    const bytes = Buffer.from('0123456789abcdef0123456789abcdef');
    const source = new URL('../../src/password/key-file.ts', import.meta.url);
    const keySource = new URL('../../src/password/run-key.ts', import.meta.url);
    // Node strips the types, but doesn't find a .ts by its .js name: a resolve hook does that.
    const script = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve: (specifier, context, next) =>
        next(specifier.startsWith('.') ? specifier.replace(/\\.js$/, '.ts') : specifier, context) });
      const { readRunKey } = await import('${source}');
      const { keyFingerprint } = await import('${keySource}');
      console.log(keyFingerprint(readRunKey(0)));
    `;
    const child = spawnSync(
      'sh',
      [
        '-c',
        '(printf 0123456789abcdef; sleep 0.1; printf 0123456789abcdef) | "$0" --input-type=module -e "$1"',
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    );
    expect(child.stdout.trim(), child.stderr).toBe(keyFingerprint(new RunKey(bytes)));
  });
});
