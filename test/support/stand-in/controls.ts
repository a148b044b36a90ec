import type { Shared } from './exchange.js';
import { createFaults } from './faults.js';
import type { Ledger } from './ledger.js';
import type { Fault, NeighbourOptions, PoolOptions, QuotaCategory, QuotaOptions } from './options.js';
import type { User } from './pool.js';

/**
 * All that a test may ask of a stand-in or change in it, over its ledger. Arguments and results are plain JSON, so that a
 * stand-in in another process has the very same controls, only asynchronous.
 */
export interface Controls extends Omit<Ledger, 'record'> {
  /** Replaces all faults; counting starts again. */
  setFaults(faults: Fault[]): void;
  /** Replaces the category's quota, or removes it with null. */
  setQuota(category: QuotaCategory, quota: QuotaOptions | null): void;
  /** Replaces the neighbour who uses the category's quota, or sends it away with null. */
  setNeighbour(category: QuotaCategory, neighbour: NeighbourOptions | null): void;
  addPool(pool: PoolOptions): void;
  /** The user as the pool knows them now. */
  user(poolId: string, username: string): User | undefined;
  /** The last password set, if `keepPasswords`. */
  passwordOf(poolId: string, username: string): string | undefined;
  /** Every password that was ever sent, if `keepPasswords`. */
  sentPasswords(): string[];
  /** The most calls that were in hand at one time. */
  maxInFlight(): number;
  /** Cuts every open connection with a reset; returns how many. */
  resetConnections(): number;
  /** Refuses connections and cuts the open ones, until `comeUp`. */
  goDown(): Promise<void>;
  /** Listens again, on the same port. */
  comeUp(): Promise<void>;
}

/** What a listener can do for the controls. */
export type Line = Pick<Controls, 'resetConnections' | 'goDown' | 'comeUp'>;

export function createControls(shared: Shared, line: Line): Controls {
  const { record: _, ...queries } = shared.ledger;
  return {
    ...queries,
    setFaults: (faults) => {
      shared.mishapOf = createFaults(faults);
    },
    setQuota: shared.quotas.set,
    setNeighbour: (category, neighbour) => shared.quotas.setNeighbour(category, neighbour, performance.now()),
    addPool: shared.service.addPool,
    user: shared.service.find,
    passwordOf: (poolId, username) => shared.service.find(poolId, username)?.password,
    sentPasswords: () => [...shared.sent],
    maxInFlight: () => shared.maxInFlight,
    resetConnections: line.resetConnections,
    goDown: line.goDown,
    comeUp: line.comeUp,
  };
}
