import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InputPlace } from '../manifest/manifest.js';
import { sealingStream } from '../password/sealed-copy.js';

/** Keeps a copy of standard input (0600), sealed if a key is given: a pipe can't be read again on resume. */
export async function spoolInput(
  input: Readable,
  { path, sealedBy }: InputPlace,
  signal?: AbortSignal,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  const until = signal === undefined ? {} : { signal };
  await (sealedBy === undefined
    ? pipeline(input, file, until)
    : pipeline(input, sealingStream(sealedBy), file, until));
}
