import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('what npm packs is the built program, what its documents name, and nothing else', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
  });
  // npm has written it.
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const rest = files
    .map(({ path }) => path)
    .filter((path) => !/^dist\/(src|jobs)\/.*\.(js|d\.ts|js\.map|css|html)$/.test(path));
  expect(rest.sort()).toEqual(
    [
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'package.json',
        'dist/man/cognito-bulk-reset.1',
      ],
      ['samples/grafana-dashboard.json', 'samples/iam-policy.json', 'samples/users.csv'],
      ['samples/library/reset-passwords.ts', 'samples/deploy/ecs-task.json'],
      ['samples/deploy/kubernetes.yaml'],
    ]
      .flat()
      .sort(),
  );
});
