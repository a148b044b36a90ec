import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runDirectory } from '../../src/run/directory.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

test('README tells of each file that a run directory may have', () => {
  const section = /^## A run directory\n([\s\S]*?)^## /m.exec(readFileSync(README, 'utf8'))?.[1] ?? '';
  const table = section.split('\n').filter((line) => line.startsWith('| `'));
  const told = table.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+?)\/?`/g)]);
  const { path: _itself, ...files } = runDirectory('run');
  expect(told.map(([, name = '']) => name).sort()).toEqual(
    Object.values(files)
      .map((path) => basename(path))
      .sort(),
  );
});
