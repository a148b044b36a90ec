import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '../../src/steps.js';
import { endProgramsIn, type ProgramOptions } from '../support/program.js';

export type ReportLine = Record<
  'row' | 'line' | 'username' | 'status' | 'error' | 'message' | 'attempts' | 'request_id',
  string
> &
  Partial<Record<Step, string>>;

/** A directory to run the program in, with its manifest and its run. */
export interface Workplace {
  path: string;
  runDir: string;
  /** Standard options to run the program here. */
  here: ProgramOptions;
  write(name: string, content: string | Uint8Array): Promise<void>;
  report(): ReportLine[];
  json(name: string): unknown;
  has(name: string): boolean;
  names(): Promise<string[]>;
  remove(): Promise<void>;
}

/** @param parent where it is made */
export async function createWorkplace(parent = tmpdir()): Promise<Workplace> {
  const path = await mkdtemp(join(parent, 'workplace-'));
  const runDir = join(path, 'run');
  return {
    path,
    runDir,
    here: { cwd: path, env: {} },
    write: (name, content) => writeFile(join(path, name), content),
    report: () => parse(readFileSync(join(runDir, 'report.csv')), { columns: true }),
    json: (name) => JSON.parse(readFileSync(join(runDir, name), 'utf8')),
    has: (name) => existsSync(join(runDir, name)),
    names: async () => (await readdir(path)).sort(),
    remove: async () => {
      await endProgramsIn(path);
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A manifest of usernames, one a row. */
export function csvOf(usernames: readonly string[]): string {
  return `username\n${usernames.map((name) => `${name}\n`).join('')}`;
}

export function users(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, index) => `user-${from + index}`);
}

/** The words of a run over a pool of the stand-in, which asks nobody. */
export function runOn(pool: string, endpoint: string, file = 'users.csv'): string[] {
  return ['run', file, '--pool-id', pool, '--endpoint-url', endpoint, '--allow-http', '--yes'];
}
