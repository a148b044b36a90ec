import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

/** How long the connections to PostgreSQL may take to end, in ms: one that waits for an answer ends only with it. */
const END_WITHIN = 3_000;

export async function endPool(pool: Pool): Promise<void> {
  await Promise.race([pool.end(), sleep(END_WITHIN, undefined, { ref: false })]);
}
