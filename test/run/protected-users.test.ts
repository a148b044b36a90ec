import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDirectory } from '../../src/run/directory.js';
import {
  type KeptProtection,
  keepMoreProtected,
  keepProtected,
  recallProtected,
} from '../../src/run/protected-users.js';

test('a crash while more users are protected leaves the run with the old names or the new, and a shortened list is refused', async () => {
  const place = await mkdtemp(join(tmpdir(), 'protected-'));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const directory = runDirectory(place);
  const before = await keepProtected(directory, ['admin']);
  const crash = (kept: KeptProtection) => Promise.reject(Object.assign(new Error('crash'), { kept }));
  const { kept } = await keepMoreProtected(directory, ['admin', 'ops'], crash).catch((error) => error);
  expect(await recallProtected(directory, before)).toEqual(['admin']);
  // It had said so in run.json before it died.
  expect(await recallProtected(directory, kept)).toEqual(['admin', 'ops']);
  await keepMoreProtected(directory, ['admin', 'ops'], async () => undefined);
  expect(await recallProtected(directory, kept)).toEqual(['admin', 'ops']);

  await copyFile(directory.protectedUsers, join(place, 'copy'));
  await writeFile(directory.protectedUsers, '["admin"]');
  await expect(recallProtected(directory, kept)).rejects.toThrow(/is gone or was changed/);
});
