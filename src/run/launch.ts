import { rm } from 'node:fs/promises';
import type { InputPlace } from '../manifest/manifest.js';
import type { RunKey } from '../password/run-key.js';
import { createReport } from '../report/report-file.js';
import { stepsAsked } from '../steps.js';
import { VERSION } from '../version.js';
import { beginRun } from './begin.js';
import type { OpenedRun } from './conduct.js';
import type { RunDirectory } from './directory.js';
import { lockRun } from './lock.js';
import { openRun, type Surroundings } from './open-run.js';
import type { PreparedRun } from './prepare.js';
import type { Surveyed } from './survey-run.js';
import { keepCheck } from './user-check.js';

export interface Launch extends Surroundings {
  prepared: PreparedRun;
  /** What a check of the users found, if it was asked for. */
  surveyed?: Surveyed | undefined;
  /** New, and of this run alone. */
  directory: RunDirectory;
  input: InputPlace;
  /** From elsewhere; without one the run makes its own. */
  key: RunKey | undefined;
  /** From here on there is a run, which can be resumed. */
  onBegun: () => void;
}

/** Begins a run in its directory, has `use` do with it what is to be done, and closes what it has opened. */
export async function launchRun<T>(launch: Launch, use: (run: OpenedRun) => Promise<T>): Promise<T> {
  const { prepared, surveyed, directory } = launch;
  const lock = await lockRun(directory.lock, { takeOver: false });
  // Before run.json, which makes the directory a run's: such a one can be resumed whenever its process died.
  const report = await createReport(directory.report, stepsAsked(prepared.request));
  const { record, key } = await beginRun(directory, prepared, {
    input: launch.input,
    program: VERSION,
    check: surveyed === undefined ? undefined : await keepCheck(directory, { ...prepared, ...surveyed }),
    readKey: () => launch.key,
  });
  const { manifest, client, location } = prepared;
  const run = { manifest, client, record, key, directory, lock, report, resumed: false };
  try {
    return await openRun(run, location, launch, (opened) => {
      launch.onBegun();
      return use(opened);
    });
  } finally {
    await lock.release();
    await rm(`${directory.queue}.copying`, { recursive: true, force: true });
  }
}
