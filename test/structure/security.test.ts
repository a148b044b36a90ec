import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const security = text('SECURITY.md');

test('each line of the threat model names tests that there are', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).map(text).join('\n');
  const lines = security.split('\n').filter((line) => line.startsWith('|') && /shown by|`/.test(line));
  const model = lines.slice(
    2,
    lines.findIndex((line) => line.includes('@aws-sdk')),
  );
  expect(model.length).toBeGreaterThan(10);
  for (const line of model) {
    const shownBy = line.split('|').at(-2) ?? '';
    const names = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    expect(names.length, line).toBeGreaterThan(0);
    for (const name of names) expect(tests.includes(name), name).toBe(true);
  }
});

test('each direct dependency has its reason in SECURITY.md, and none is named that there is not', () => {
  // package.json is this project's own.
  const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
  const section = security.slice(security.indexOf('## What is shipped'));
  const named = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(dependencies));
});

test('what is shipped is as many packages as SECURITY.md says, and only the one that it names runs a script at its installation', () => {
  // npm has written it.
  const { packages } = JSON.parse(text('package-lock.json')) as {
    packages: Record<string, Record<'dev' | 'devOptional' | 'optional' | 'hasInstallScript', boolean>>;
  };
  const { '': _root, ...all } = packages;
  const shipped = Object.entries(all).filter(([, { dev, devOptional }]) => !(dev || devOptional));
  const needed = shipped.filter(([, { optional }]) => optional !== true);
  expect(security).toContain(`${needed.length} packages in all`);
  const scripts = shipped.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  expect(scripts).toEqual(['node_modules/msgpackr-extract']);
});
