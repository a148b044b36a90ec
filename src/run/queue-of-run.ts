import { type QueueLocation, queueLocation } from '../queue/location.js';
import { UsageError } from '../usage-error.js';
import type { RunRecord } from './record.js';

/** Where the queue of an earlier run is. `given` is its URL, needed if that has a password. Throws UsageError. */
export function queueOfRun({ queue }: RunRecord, given: string | undefined): QueueLocation {
  if (queue === undefined) return queueLocation(undefined);
  if (given === undefined && queue.includes('redacted')) {
    throw new UsageError(
      `The queue ${queue} has a password, which run.json does not keep: give --queue or COGNITO_BULK_RESET_QUEUE.`,
    );
  }
  return queueLocation(given ?? queue);
}
