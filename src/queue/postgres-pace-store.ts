import type { Pool } from 'pg';
import { z } from 'zod';
import { type PaceStore, paceStateSchema } from '../rate/pace-store.js';

/** Kept apart from BullMQ's own schema, so that its migrations never meet a table that is not theirs. */
export const PACE_TABLE = 'cognito_bulk_reset_pace';

const CREATE = `create table if not exists public.${PACE_TABLE} (run text primary key, version bigint not null, state jsonb)`;
const READ = `select version::int, state, extract(epoch from clock_timestamp()) * 1000 as now from public.${PACE_TABLE} where run = $1`;
const BEGIN = `insert into public.${PACE_TABLE} (run, version) values ($1, 0) on conflict do nothing`;
const SWAP = `update public.${PACE_TABLE} set version = version + 1, state = $3::jsonb where run = $1 and version = $2`;

const rowSchema = z.object({
  version: z.number(),
  state: paceStateSchema.nullable(),
  now: z.coerce.number(),
});

/** A run's id has no colon, so what stands before the first one is the run (`postgres.ts` deletes by it). */
export function postgresPaceStore(pool: Pool, runId: string, calls: string): PaceStore {
  const key = `${runId}:${calls}`;
  let ready: Promise<void> | undefined;
  const begin = async () => {
    // Two workers that start at once may both create it; the loser's error means that it is there.
    await pool.query(CREATE).catch(() => undefined);
    await pool.query(BEGIN, [key]);
  };
  const read = async () => {
    try {
      await (ready ??= begin());
      const { rows } = await pool.query(READ, [key]);
      const { version, state, now } = rowSchema.parse(rows[0]);
      return { version, state: state ?? undefined, now };
    } catch (error) {
      // Whoever asks next begins again: the server may be away just now, or have lost what was begun.
      ready = undefined;
      throw error;
    }
  };
  return {
    read,
    swap: async (version, state) => {
      const { rowCount } = await pool.query(SWAP, [key, version, JSON.stringify(state)]);
      return { ...(await read()), swapped: rowCount === 1 };
    },
  };
}
