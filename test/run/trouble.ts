import { expect } from 'vitest';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';
import { type ProgramResult, type RunningProgram, runProgram, startProgram } from '../support/program.js';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';

/** A run of the real program with trouble ahead, over a pool whose history would tell a second password from the first again. */
export interface Trouble {
  standIn: SpawnedStandIn;
  workplace: Workplace;
  rows: number;
  start(...more: string[]): Promise<RunningProgram>;
  startWorker(...more: string[]): Promise<RunningProgram>;
  resume(path?: string): Promise<ProgramResult>;
  calledAtLeast(calls: number): Promise<void>;
  /** One line a row, in order, each true; and nobody was given two passwords. */
  expectAllDone(): Promise<void>;
  end(): Promise<void>;
}

let pools = 0;

export async function createTrouble({ rows, latency }: { rows: number; latency: number }): Promise<Trouble> {
  const pool = `eu-west-1_Trouble${(pools += 1)}`;
  const standIn = await spawnStandIn({
    pools: [poolWithHistory(pool, rows)],
    faults: [{ action: { kind: 'latency', ms: latency } }],
  });
  const workplace = await createWorkplace();
  await workplace.write('users.csv', csvOf(users(rows)));
  const service = ['--endpoint-url', standIn.url, '--allow-http'];
  return {
    standIn,
    workplace,
    rows,
    start: (...more) =>
      startProgram(
        [
          ['run', 'users.csv', '--pool-id', pool, '--yes', '--generate', '--quota', '1000', '--rate', '100'],
          ['--run-dir', workplace.runDir, '--json', ...service, ...more],
        ].flat(),
        workplace.here,
      ),
    startWorker: async (...more) => {
      const worker = await startProgram(['worker', '--run', workplace.runDir, ...service, ...more], {
        ...workplace.here,
        env: { ...workplace.here.env, COGNITO_BULK_RESET_LOG_LEVEL: 'debug' },
      });
      await worker.waitForStderr(/taking part/);
      return worker;
    },
    resume: (path = workplace.runDir) => runProgram(['resume', path, '--json'], workplace.here),
    calledAtLeast: (calls) =>
      expect.poll(() => standIn.size(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(calls),
    expectAllDone: async () => {
      expect(workplace.report().map(({ username, status }) => [username, status])).toEqual(
        users(rows).map((name) => [name, 'succeeded']),
      );
      const passwords = new Map<string, Set<string>>();
      for (const { username, passwordHash } of await standIn.calls({ operation: 'AdminSetUserPassword' }))
        passwords.set(username, (passwords.get(username) ?? new Set()).add(passwordHash));
      expect([...passwords.values()].filter(({ size }) => size !== 1)).toEqual([]);
    },
    end: async () => {
      await standIn.close();
      await workplace.remove();
    },
  };
}
