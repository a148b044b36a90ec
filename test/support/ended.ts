import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Waits until this process has ended; at once if it has. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
