import { setTimeout as sleep } from 'node:timers/promises';

/** Whether the work ends within so many ms. What takes longer is left to itself, and waiting keeps no process from ending. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController();
  const late = sleep(ms, false, { signal: ended.signal, ref: false });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
