import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { jobIdOf } from '../../jobs/job-id.js';
import { RESET_USER } from '../../jobs/reset-user.js';
import type { ManifestRow } from '../../src/manifest/manifest.js';
import { policyOf } from '../../src/password/policy.js';
import { keyFingerprint, RunKey } from '../../src/password/run-key.js';
import { queueLocation } from '../../src/queue/location.js';
import { openBackend } from '../../src/queue/open-backend.js';
import { createReport } from '../../src/report/report-file.js';
import { createReporter } from '../../src/report/reporter.js';
import { createCollector } from '../../src/run/collect.js';
import { feed } from '../../src/run/feed.js';

const KEY = new RunKey(new Uint8Array(32).fill(3));
const WINDOW = 10;

test('rows on their way into a slow queue are not taken for lost, and so not for sent before', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'feed-'));
  const run = `feed-${process.pid}`;
  const backend = await openBackend(queueLocation(inject('redisUrl')), {
    runId: run,
    directory: undefined,
    onError: () => undefined,
  });
  const queue = backend.queue(RESET_USER);
  const onFault = (error: Error) => expect.unreachable(error.message);
  const report = await createReport(join(directory, 'report.csv'));
  const reporter = createReporter({ report, window: WINDOW, onWriteError: onFault });
  const shared = { queue, reporter, window: WINDOW, jobOptions: backend.jobOptions(WINDOW) };
  const log = pino({ level: 'silent' });
  const onStop = ({ message }: { message: string }) => expect.unreachable(message);
  const collector = createCollector({ ...shared, backend, run, key: KEY, log, onStop });
  async function* rows(): AsyncGenerator<ManifestRow[]> {
    yield [{ kind: 'user', row: 1, line: 2, username: 'user-1', fields: [] }];
  }
  const { addBulk } = queue;
  queue.addBulk = async (jobs) => {
    // Longer than two looks of the collector.
    await sleep(3_500);
    return addBulk.call(queue, jobs);
  };
  try {
    await feed(rows(), {
      ...shared,
      collector,
      plan: {
        ...{ version: 1, run, pool: 'eu-west-1_Feed', permanent: true, rate: 100 },
        keyFingerprint: keyFingerprint(KEY),
        passwords: { mode: 'discard' },
      },
      key: KEY,
      admission: { mode: 'discard', policy: policyOf({}) },
      queueAnswers: () => true,
      sentBefore: new Set(),
      resumedUpTo: 0,
      queueWasLost: false,
      gate: undefined,
      stop: onStop,
      signal: new AbortController().signal,
    });
    expect((await queue.getJob(jobIdOf(1)))?.data).not.toHaveProperty('maybeSent');
  } finally {
    collector.close();
    await reporter.close();
    await backend.destroy();
    await rm(directory, { recursive: true, force: true });
  }
});
