import type { Telemetry } from 'bullmq';
import type { QueueLocation } from '../queue/location.js';
import { openBackend } from '../queue/open-backend.js';
import { hearQueue } from '../queue/queue-fault.js';
import type { OpenedRun } from './conduct.js';
import { openLog } from './log.js';

/** What is around a run, whether it begins or goes on. */
export interface Surroundings {
  /** Traces of the queue. */
  telemetry: Telemetry | undefined;
  /** Hears each line of the log. */
  print: ((line: string) => void) | undefined;
  /** Something that a person should know, and the run goes on all the same: in words. */
  onWarning: (text: string) => void;
}

/** Opens the log and the queue of a run, has `use` do with it what is to be done, and closes the log. */
export async function openRun<T>(
  run: Omit<OpenedRun, 'backend' | 'queueFault' | 'log'>,
  location: QueueLocation,
  { telemetry, print, onWarning }: Surroundings,
  use: (run: OpenedRun) => Promise<T>,
): Promise<T> {
  const { record, directory } = run;
  const log = openLog(directory.log, print);
  try {
    const heard = hearQueue(log.logger);
    const backend = await openBackend(location, {
      runId: record.id,
      directory: directory.queue,
      telemetry,
      onError: heard.onError,
    });
    for (const warning of await backend.warnings()) onWarning(warning);
    return await use({
      ...run,
      backend,
      queueFault: heard.fault,
      log: log.logger.child({ run: record.id }),
    });
  } finally {
    await log.close();
  }
}
