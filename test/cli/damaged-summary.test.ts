import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Damaged1';

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 5 } }],
  users: users(5),
});

test('whoever needs a summary.json that was damaged says so in a line, and where the outcomes are', async () => {
  const { code } = await scene.run(scene.runOn(POOL, '--generate', '--queue', inject('redisUrl'), '--quiet'));
  expect(code).toBe(0);
  for (const damaged of ['{ "run": ', '{}']) {
    await writeFile(join(scene.workplace.runDir, 'summary.json'), damaged);
    for (const [command = '', ...rest] of [['status'], ['verify', '--offline'], ['report'], ['resume']]) {
      const result = await scene.run([command, scene.workplace.runDir, ...rest]);
      expect(result, command).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr, command).toMatch(
        /^cognito-bulk-reset: .*summary\.json is not a run’s summary: .*report\.csv\.\n$/,
      );
    }
  }
});
