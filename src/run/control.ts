import { watchFile, unwatchFile } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../report/atomic-file.js';
import type { RunDirectory } from './directory.js';

/** control.json: what another terminal asks of a live run. It is gone with the process that it was meant for. */
const controlSchema = z.object({
  paused: z.boolean().optional(),
  /** Calls a second, over all workers. */
  rate: z.number().positive().optional(),
  /** The run shall end between users: who asks goes on with its rows. */
  cancelled: z.literal(true).optional(),
});
export type Control = z.infer<typeof controlSchema>;

/** How often a run looks whether something is asked of it, in ms. */
const LOOK_EVERY = 250;

/** Asks something of a live run, on top of what was asked before. */
export async function askOf(directory: RunDirectory, asked: Control): Promise<void> {
  const before = await readControl(directory.control);
  await replaceFile(directory.control, (file) => file.writeFile(JSON.stringify({ ...before, ...asked })));
}

/** Hears what is asked of this run, until it is told to stop; what was asked of an earlier process is forgotten. */
export async function hearControl(
  directory: RunDirectory,
  hear: (asked: Control) => void,
): Promise<() => Promise<void>> {
  await rm(directory.control, { force: true });
  const look = () => {
    readControl(directory.control).then(hear, () => undefined);
  };
  watchFile(directory.control, { interval: LOOK_EVERY, persistent: false }, look);
  return async () => {
    unwatchFile(directory.control, look);
    await rm(directory.control, { force: true }).catch(() => undefined);
  };
}

async function readControl(path: string): Promise<Control> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    return controlSchema.parse(JSON.parse(text));
  } catch {
    // Not ours, or not of this version: nothing is asked.
    return {};
  }
}
