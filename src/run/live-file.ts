import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Snapshot, snapshotSchema } from './snapshot.js';

/** How often the snapshot is written, in ms. */
const WRITE_EVERY = 1_000;

/**
 * Keeps the run's latest snapshot in live.json, for `status` and others at another terminal. It is for people to look
 * at and decides nothing, so it isn't synced, and a disk that is full costs no more than its being old. What is left of it
 * says how the run's process ended; of a run that has finished nothing is left.
 */
export function keepLiveFile(
  path: string,
  snapshot: () => Snapshot,
): { write(): void; stop(last: Snapshot | undefined): Promise<void> } {
  let writing: Promise<void> | undefined;
  const write = () => {
    writing ??= writeWhole(path, snapshot())
      .catch(() => undefined)
      .finally(() => {
        writing = undefined;
      });
  };
  const timer = setInterval(write, WRITE_EVERY);
  write();
  return {
    write,
    stop: async (last) => {
      clearInterval(timer);
      await writing;
      const drop = (file: string) => rm(file, { force: true }).catch(() => undefined);
      // One that can't be written must not go on telling of a run that runs.
      await (last === undefined ? drop(path) : writeWhole(path, last).catch(() => drop(path)));
      await drop(`${path}.tmp`);
    },
  };
}

async function writeWhole(path: string, snapshot: Snapshot): Promise<void> {
  const draft = `${path}.tmp`;
  await writeFile(draft, JSON.stringify(snapshot), { mode: 0o600 });
  await rename(draft, path);
}

/** The latest snapshot of a run, or the last one of a process that is gone; undefined when there is none. */
export async function readLiveFile(path: string): Promise<Snapshot | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return snapshotSchema.parse(JSON.parse(text));
  } catch {
    // Written by another version; its run is for that version to show.
    return undefined;
  }
}
