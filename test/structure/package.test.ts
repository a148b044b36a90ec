import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What npm would pack. */
let paths: string[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
  });
  // npm has written it.
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  paths = files.map(({ path }) => path);
}, 60_000);

test('what npm packs is the built program, its documents and what they name, and nothing else', () => {
  const rest = paths.filter((path) => !/^dist\/(src|jobs)\/.*\.(js|d\.ts|js\.map|css|html)$/.test(path));
  expect(rest.sort()).toEqual(
    [
      [
        'BENCHMARKS.md',
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'package.json',
        'dist/man/cognito-bulk-reset.1',
      ],
      ['samples/grafana-dashboard.json', 'samples/iam-policy.json', 'samples/users.csv'],
      ['samples/library/reset-passwords.ts', 'samples/deploy/ecs-task.json'],
      ['samples/deploy/kubernetes.yaml', 'docs/run.svg'],
      ['incident', 'migration', 'other-ways', 'questions', 'rotation', 'troubleshooting'].map(
        (page) => `docs/${page}.md`,
      ),
    ]
      .flat()
      .sort(),
  );
});

test('whoever reads the documents in the package finds what they link to', () => {
  const wrong = paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^https?:/.test(target))
        .map((target) => normalize(join(dirname(page), target)))
        .filter((target) => !paths.some((path) => path === target || path.startsWith(`${target}/`)))
        .map((target) => `${page}: ${target}`),
    );
  expect(wrong).toEqual([]);
});
