import { join } from 'node:path';
import { program } from '../src/cli/program.js';
import { IN_FLIGHT } from './bare-loop.js';
import { POOL } from './place.js';

export interface RunInProcess {
  /** The directory of manifest and run. */
  path: string;
  manifest: string;
  endpoint: string;
  /** A URL of Redis; the embedded queue when left out. */
  queue?: string | undefined;
  mode?: '--generate' | '--discard';
}

let runs = 0;

/** `run` with no limit, in this process and as a user would start it: with its report, its log and all else. */
export async function runInProcess({ path, manifest, endpoint, queue, mode }: RunInProcess): Promise<void> {
  runs += 1;
  process.env.AWS_ACCESS_KEY_ID = 'AKIABENCH';
  process.env.AWS_SECRET_ACCESS_KEY = 'bench';
  const args = [
    ['run', manifest, '--pool-id', POOL, mode ?? '--generate', '--run-dir', join(path, `run-${runs}`)],
    ['--endpoint-url', endpoint, '--allow-http', '--yes', '--progress', 'none', '--json'],
    ['--quota', '1000000', '--rate', 'max', '--concurrency', String(IN_FLIGHT)],
    queue === undefined ? [] : ['--queue', queue],
  ].flat();
  const code = await withoutOutput(() => program(['node', 'cognito-bulk-reset', ...args]));
  if (code !== 0) throw new Error(`the run ended with ${code}`);
}

/** What the command line prints is not asked for here. */
async function withoutOutput<T>(work: () => Promise<T>): Promise<T> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map(({ write }) => write);
  for (const stream of streams) stream.write = () => true;
  try {
    return await work();
  } finally {
    streams.forEach((stream, index) => (stream.write = writes[index] ?? stream.write));
  }
}
