import type { Pool } from 'pg';
import { z } from 'zod';
import { type Neighbours, readNeighbours, STAYS } from './neighbours.js';

const TABLE = 'public.cognito_bulk_reset_runs';
const CREATE = `create table if not exists ${TABLE} (run text primary key, note text not null, until timestamptz not null)`;
const FORGET = `delete from ${TABLE} where until < clock_timestamp()`;
const SAY = `insert into ${TABLE} (run, note, until) values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  on conflict (run) do update set note = excluded.note, until = excluded.until`;
const OTHERS = `select note from ${TABLE} where run <> $1`;
const LEAVE = `delete from ${TABLE} where run = $1`;

const rowsSchema = z.array(z.object({ note: z.string() }));

export function postgresNeighbours(pool: Pool): Neighbours {
  let ready: Promise<unknown> | undefined;
  return {
    meet: async (own) => {
      // Two runs that start at once may both create it; the loser's error means that it is there. Any other is met below,
      // and the next who meets tries again.
      ready ??= pool.query(CREATE).catch(() => {
        ready = undefined;
      });
      await ready;
      await pool.query(FORGET);
      await pool.query(SAY, [own.run, JSON.stringify(own), STAYS]);
      const { rows } = await pool.query(OTHERS, [own.run]);
      return readNeighbours(rowsSchema.parse(rows).map(({ note }) => note));
    },
    leave: async (run) => void (await pool.query(LEAVE, [run])),
  };
}
