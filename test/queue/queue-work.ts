import { once } from 'node:events';
import type { QueueBackend } from '../../src/queue/backend.js';

/** Puts jobs through a backend's queue and worker, and answers their return values by job id. */
export async function workThrough(
  backend: QueueBackend,
  count: number,
  name = 'work',
): Promise<Record<string, unknown>> {
  const queue = backend.queue(name);
  const heard: Record<string, unknown> = {};
  const done = Promise.withResolvers<void>();
  const hear = (id: string | undefined, value: unknown) => {
    heard[id ?? ''] = value;
    if (Object.keys(heard).length === count) done.resolve();
  };
  const worker = backend.worker<{ row: number }, { twice: number }>(
    name,
    async ({ data }) => ({ twice: 2 * data.row }),
    { concurrency: 5, lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 10 },
  );
  worker.on('completed', (job, value) => hear(job.id, value));
  if (backend.shared) await backend.events(name).waitUntilReady();
  await queue.addBulk(
    Array.from({ length: count }, (_, index) => ({
      name: 'job',
      data: { row: index + 1 },
      opts: { ...backend.jobOptions(count), jobId: `row-${index + 1}` },
    })),
  );
  await done.promise;
  return heard;
}

/** Hears the outcome of one job as another process does: by the events of the queue. */
export async function hearByEvents(backend: QueueBackend): Promise<unknown> {
  const events = backend.events('work');
  await events.waitUntilReady();
  const heard = once(events, 'completed');
  await backend.queue('work').add('job', { row: 21 }, { ...backend.jobOptions(10), jobId: 'row-by-event' });
  const [{ jobId, returnvalue }] = await heard;
  return { jobId, returnvalue };
}
