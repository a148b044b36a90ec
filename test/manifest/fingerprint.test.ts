import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/manifest/manifest.js';
import { testDirectory, writeCsv } from './files.js';

const directory = testDirectory();

test('a fingerprint is the size and the SHA-256 of all bytes', async () => {
  const content = Buffer.alloc(3_000_001, 'username\n');
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(await fingerprint({ path: writeCsv(directory, content) })).toEqual({ bytes: 3_000_001, sha256 });
});
