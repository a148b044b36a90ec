import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Keeps a copy of standard input (0600): a pipe can't be read again on resume. */
export async function spoolInput(input: Readable, path: string): Promise<void> {
  await pipeline(input, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
}
