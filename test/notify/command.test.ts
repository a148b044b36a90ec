import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runOnFinish } from '../../src/notify/command.js';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'on-finish-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

test('the command gets the message on its input and the run in its environment, and no secret of the webhook', async () => {
  process.env.COGNITO_BULK_RESET_WEBHOOK_SECRET = 'not-for-you';
  try {
    const out = join(place, 'out');
    await runOnFinish(`(cat; env) > ${out}`, '{"status":"stopped"}', { RUN_DIRECTORY: 'runs/x' });
    const seen = await readFile(out, 'utf8');
    expect(seen).toContain('{"status":"stopped"}');
    expect(seen).toContain('RUN_DIRECTORY=runs/x');
    expect(seen).not.toContain('not-for-you');
  } finally {
    delete process.env.COGNITO_BULK_RESET_WEBHOOK_SECRET;
  }
});

test('one that reads nothing, or fails, is told in words', async () => {
  await runOnFinish('true', 'x'.repeat(1_000_000), {});
  await expect(runOnFinish('exit 7', '{}', {})).rejects.toThrow(/^ended with 7$/);
  await expect(runOnFinish('no-such-command-here 2>/dev/null', '{}', {})).rejects.toThrow(/^ended with 127$/);
});

test('one that takes too long is ended with all that it has started', async () => {
  const late = join(place, 'late');
  const command = `sh -c 'trap "" TERM; while [ ! -e ${place}/go ]; do sleep 0.05; done; touch ${late}' & wait`;
  const ended = runOnFinish(command, '{}', {}, { run: 200, end: 100 });
  await expect(ended).rejects.toThrow('took longer than 0.2 s and was ended');
  await runOnFinish(`touch ${place}/go; sleep 0.3`, '', {});
  expect(existsSync(late)).toBe(false);
});
