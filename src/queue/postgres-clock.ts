import type { Pool } from 'pg';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';

/**
 * How far this host's clock may be from the server's, in ms. On PostgreSQL each of BullMQ's workers tells by its own host's clock
 * when another's lock has ended (`move_stalled_jobs_to_wait`), and locks are renewed when half of their 10 s is left: of two hosts
 * that are further apart than that, one takes jobs that the other has in hand, and their users are called twice.
 */
const APART_AT_MOST = 2_000;

const nowSchema = z.tuple([z.object({ now: z.coerce.number() })]);

/** @throws UsageError when this host's clock is not the server's */
export async function checkClock(pool: Pool, server: string): Promise<void> {
  const asked = Date.now();
  const { rows } = await pool.query('select extract(epoch from clock_timestamp()) * 1000 as now');
  const [{ now }] = nowSchema.parse(rows);
  // The server's time was between asking and its answer: so far it is apart at least.
  const apart = Math.max(asked - now, now - Date.now());
  if (apart <= APART_AT_MOST) return;
  throw new UsageError(
    `This host's clock is ${Math.round(apart / 1_000)} s ${asked > now ? 'ahead of' : 'behind'} that of the queue at ${server}, and workers whose clocks differ call users twice: set the clocks (NTP).`,
  );
}
