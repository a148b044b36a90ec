import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { StopReason } from '../../jobs/reset-user.js';
import { errorCode } from '../report/report-write-error.js';
import { type Control, hearControl } from './control.js';
import type { RunDirectory } from './directory.js';
import type { LiveRun } from './live-run.js';
import { keepLiveFile } from './live-file.js';
import type { RunLock } from './lock.js';
import { createSnapshots, type LastState, type Snapshot } from './snapshot.js';

/** How often a run looks whether it was taken over, or its directory away, in ms. */
const LOOK_AROUND = 2_000;

/** Why a run stops whose directory is no more where it was. */
export const RUN_DIRECTORY_GONE = 'RunDirectoryGone';

export interface Attended {
  snapshot: () => Snapshot;
  /** @param last how the run's process ends, if the run is to be resumed */
  stop(last: LastState | undefined): Promise<void>;
}

/** Shows a live run to other terminals (live.json) and does what they ask of it (control.json). */
export async function attend(
  directory: RunDirectory,
  run: { id: string; live: LiveRun; lock: RunLock; log: Logger },
): Promise<Attended> {
  const { live, lock, log } = run;
  const snapshot = createSnapshots(run.id, live);
  const obey = async (asked: Control) => {
    try {
      if (asked.rate !== undefined && asked.rate !== live.pacers.passwords.view().limit) {
        log.info({ rate: asked.rate }, 'another rate was asked for');
        await live.setRate(asked.rate);
      }
      if (asked.paused !== undefined && asked.paused !== live.paused()) {
        log.info({ paused: asked.paused }, asked.paused ? 'paused' : 'going on');
        await (asked.paused ? live.pause() : live.proceed());
      }
    } catch (error) {
      log.warn({ err: error }, 'what another terminal asked could not be done');
    }
    file.write();
  };
  // One after the other: of a pause and a resume that overlap, the pause could be done last.
  let obeyed: Promise<void> = Promise.resolve();
  const forget = await hearControl(directory, (asked) => {
    // This needs no queue, for whose answer what was asked before may wait.
    if (asked.cancelled === true) live.handOver('it is cancelled from another terminal');
    obeyed = obeyed.then(() => obey(asked));
  });
  // Whoever reads the first snapshot may ask at once.
  const file = keepLiveFile(directory.live, () => snapshot());
  const lookAround = async () => {
    const holder = await lock.takenOverBy();
    if (holder !== undefined) live.handOver(`process ${holder.pid} on ${holder.host} has taken it over`);
    else if (await isGone(directory.path)) live.stop(goneFrom(directory.path));
    else return;
    clearInterval(around);
  };
  const around = setInterval(() => void lookAround(), LOOK_AROUND);
  return {
    snapshot: () => snapshot(),
    stop: async (last) => {
      clearInterval(around);
      await forget();
      await file.stop(last && snapshot(last));
    },
  };
}

async function isGone(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => errorCode(error) === 'ENOENT',
  );
}

/** Its report goes on where the directory is now, but nothing that is opened by its name: the embedded queue, or a page. */
function goneFrom(path: string): StopReason {
  return { error: RUN_DIRECTORY_GONE, message: `${path} was moved or removed while the run was under way.` };
}
