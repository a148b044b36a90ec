import type { Logger } from 'pino';
import { type Control, hearControl } from './control.js';
import type { RunDirectory } from './directory.js';
import type { LiveRun } from './execute.js';
import { keepLiveFile } from './live-file.js';
import { createSnapshots, type Snapshot } from './snapshot.js';

export interface Attended {
  snapshot: () => Snapshot;
  stop(): Promise<void>;
}

/** Shows a live run to other terminals (live.json) and does what they ask of it (control.json). */
export async function attend(
  directory: RunDirectory,
  run: { id: string; live: LiveRun; log: Logger },
): Promise<Attended> {
  const { live, log } = run;
  const snapshot = createSnapshots(run.id, live);
  const file = keepLiveFile(directory.live, snapshot);
  const obey = async (asked: Control) => {
    try {
      if (asked.rate !== undefined && asked.rate !== live.pacer.view().limit) {
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
  const forget = await hearControl(directory, (asked) => void obey(asked));
  return {
    snapshot,
    stop: async () => {
      await forget();
      await file.stop();
    },
  };
}
