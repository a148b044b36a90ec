import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker as Thread } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openEmbedded } from '../../src/queue/embedded.js';
import { QueueEndedError } from '../../src/queue/queue-fault.js';

let parent: string;
let directory: string;
let temporary: string;
/** The thread that was started last. */
let thread: Thread | undefined;
let errors: Error[];
const remember = (started: Thread) => {
  thread = started;
};

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  directory = join(parent, 'queue');
  temporary = join(parent, 't');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  errors = [];
  process.on('worker', remember);
});
afterEach(async () => {
  process.off('worker', remember);
  vi.unstubAllEnvs();
  await rm(parent, { recursive: true, force: true });
});

const open = () => openEmbedded({ runId: 'run', directory, onError: (error) => errors.push(error) });

test('a queue whose tables are torn is made anew, says so, and leaves nothing in the temporary directory', async () => {
  const backend = await open();
  await backend.queue('work').add('job', {}, { jobId: 'row-1' });
  await backend.close();
  await tearTables(join(directory, 'base'));

  const again = await open();
  expect(await again.warnings()).toEqual([
    expect.stringMatching(/was made anew.*The old one is in .*queue\.broken/),
  ]);
  const queue = again.queue('work');
  await queue.add('job', {}, { jobId: 'row-2' });
  expect(await queue.getJobCountByTypes('wait')).toBe(1);
  await again.destroy();
  expect(await readdir(temporary)).toEqual([]);
});

test('a thread that breaks ends the queue, which is told, and closing it leaves nothing in the temporary directory', async () => {
  const backend = await open();
  const broken = new Error('out of memory');
  thread?.emit('error', broken);
  await thread?.terminate();
  await expect.poll(() => errors).toContainEqual(expect.any(QueueEndedError));
  expect(errors).toContain(broken);
  await backend.close();
  expect(await readdir(temporary)).toEqual([]);
});

/** Overwrites the tables that were made after initdb, whose numbers are PostgreSQL's own. */
async function tearTables(base: string): Promise<void> {
  for (const entry of await readdir(base, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/^\d+$/.test(entry.name) || Number(entry.name) < 16_384) continue;
    const path = join(entry.parentPath, entry.name);
    await writeFile(path, (await readFile(path)).fill(0xab));
  }
}
