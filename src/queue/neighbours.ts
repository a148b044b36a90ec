import { z } from 'zod';

/** A run that is under way, as other runs on the same queue see it. */
const neighbourSchema = z.object({
  run: z.string().max(80),
  pool: z.string().max(55),
  region: z.string().max(50),
  /** The AWS account's number, where it is known. */
  account: z.string().max(20).optional(),
  /** Where its calls go, if not to AWS: that has quotas of its own. */
  endpoint: z.string().max(2_048).optional(),
  /** Calls a second, over all of its workers. */
  rate: z.number().positive(),
  /** Sign-outs and disables a second; absent in a plain run. */
  updates: z.number().positive().optional(),
  host: z.string().max(255),
});
export type Neighbour = z.output<typeof neighbourSchema>;

/** What a run of one queue knows of the others that use it. */
export interface Neighbours {
  /** Says that this run is under way, for `STAYS` ms, and answers the others that are. */
  meet(own: Neighbour): Promise<Neighbour[]>;
  /** This run is not under way any more. */
  leave(run: string): Promise<void>;
}

/** How long a run that says nothing more counts as under way, in ms: one that was killed is seen so long. */
export const STAYS = 15_000;

/** Notes of other runs, as they lie in the queue; what is none is passed over, as others write there too. */
export function readNeighbours(notes: readonly string[]): Neighbour[] {
  return notes.flatMap((note) => {
    try {
      const { success, data } = neighbourSchema.safeParse(JSON.parse(note));
      return success ? [data] : [];
    } catch {
      return [];
    }
  });
}
