import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import {
  type ProgramOptions,
  type ProgramResult,
  type RunningProgram,
  runProgram,
  startProgram,
} from '../support/program.js';
import type { StandInOptions } from '../support/stand-in/options.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, runOn, type Workplace } from './workplace.js';

export interface SceneOptions extends Pick<StandInOptions, 'keepPasswords'> {
  /** As they are here when a test begins, whatever one before it did to their users. */
  pools: StandInOptions['pools'];
  /** Whom `users.csv` names when a test begins. @default there is no such file */
  users?: readonly string[];
}

/** Where a test of the program plays. The stand-in is there in a file's own `beforeAll`, all else in its `beforeEach`. */
export interface Scene {
  /** One for all tests of the file. */
  readonly standIn: SpawnedStandIn;
  /** Each test's own. */
  readonly workplace: Workplace;
  /** The words that name the stand-in. */
  endpoint(): string[];
  /** The words that name a pool of the stand-in. */
  target(pool: string): string[];
  /** The words of a run of `users.csv` here over a pool, which asks nobody. */
  runOn(pool: string, ...more: string[]): string[];
  /** Runs the program here, to its end. */
  run(args: string[], options?: ProgramOptions): Promise<ProgramResult>;
  /** Starts the program here; if it still runs when the test ends, it is killed. */
  start(args: string[], options?: ProgramOptions): Promise<RunningProgram>;
  /** Waits until the stand-in has had more calls than this. */
  calledAtLeast(calls: number): Promise<void>;
}

/** Sets the scene for all tests of a file. Call it above the file's own hooks: theirs find it set, and are done before it ends. */
export function useScene({ pools, users, keepPasswords = false }: SceneOptions): Scene {
  let standIn: SpawnedStandIn;
  let workplace: Workplace;

  beforeAll(async () => {
    standIn = await spawnStandIn({ pools, keepPasswords });
  });
  afterAll(() => standIn.close());
  beforeEach(async () => {
    workplace = await createWorkplace();
    if (users !== undefined) await workplace.write('users.csv', csvOf(users));
    await standIn.clear();
    await standIn.setFaults([]);
    for (const pool of pools) await standIn.addPool(pool);
  });
  // It ends the programs that still run there before it goes.
  afterEach(() => workplace.remove());

  const endpoint = () => ['--endpoint-url', standIn.url, '--allow-http'];

  return {
    get standIn() {
      return standIn;
    },
    get workplace() {
      return workplace;
    },
    endpoint,
    target: (pool) => ['--pool-id', pool, ...endpoint()],
    runOn: (pool, ...more) => [...runOn(pool, standIn.url), '--run-dir', workplace.runDir, ...more],
    run: (args, options) => runProgram(args, { ...workplace.here, ...options }),
    start: (args, options) => startProgram(args, { ...workplace.here, ...options }),
    calledAtLeast: (calls) =>
      expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls),
  };
}
