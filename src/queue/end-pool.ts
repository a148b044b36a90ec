import type { Pool } from 'pg';
import { endsWithin } from '../ends-within.js';

/** How long the connections to PostgreSQL may take to end, in ms: one that waits for an answer ends only with it. */
const END_WITHIN = 3_000;

export async function endPool(pool: Pool): Promise<void> {
  await endsWithin(END_WITHIN, pool.end());
}
