import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Controls } from './controls.js';
import type { StandInOptions } from './options.js';

type Remote<Local> = {
  [Name in keyof Local]: Local[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** A stand-in in a process of its own: the controls of the one in process, each asked over HTTP. */
export interface SpawnedStandIn extends Remote<Controls> {
  /** The endpoint, `http://127.0.0.1:port`. */
  url: string;
  /** Where `POST /_control/<name>` takes a JSON array of arguments, for other processes. */
  controlUrl: string;
  pid: number;
  close(): Promise<void>;
}

const HOOKS = new URL('ts-hooks.mjs', import.meta.url);
const MAIN = fileURLToPath(new URL('process-main.ts', import.meta.url));

/** Starts a stand-in in its own process, which ends with this one. Needs Node 22.18 or newer, which strips types. */
export async function spawnStandIn(options: StandInOptions): Promise<SpawnedStandIn> {
  const child = spawn(process.execPath, ['--import', HOOKS.href, MAIN], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  child.stdin.write(`${JSON.stringify(options)}\n`);
  const { url, controlUrl } = await addressesOf(child, gone);
  return {
    ...remoteControls(controlUrl),
    url,
    controlUrl,
    pid: child.pid ?? 0,
    close: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

async function addressesOf(
  child: ChildProcess,
  gone: Promise<unknown>,
): Promise<{ url: string; controlUrl: string }> {
  if (child.stdout === null) throw new Error('The stand-in has no standard output');
  const line = once(createInterface(child.stdout), 'line');
  const first = await Promise.race([line, gone.then(() => undefined)]);
  if (first === undefined)
    throw new Error(`The stand-in ended with code ${child.exitCode} before it listened`);
  return JSON.parse(String(first[0]));
}

/** The controls of a stand-in in another process. `controlUrl` is what its starter was given. */
export function remoteControls(controlUrl: string): Remote<Controls> {
  const ask =
    (name: string) =>
    async (...args: unknown[]) => {
      const answer = await fetch(`${controlUrl}/_control/${name}`, {
        method: 'POST',
        body: JSON.stringify(args),
      });
      // process-main.ts answers with one of the two.
      const { result, error } = (await answer.json()) as { result?: unknown; error?: string };
      if (error !== undefined) throw new Error(`The stand-in could not ${name}: ${error}`);
      return result;
    };
  // Each control is asked by its own name and answers what the same control of the stand-in in process returns.
  return Object.fromEntries(CONTROLS.map((name) => [name, ask(name)])) as unknown as Remote<Controls>;
}

// A record, so that the compiler misses a control that is not listed.
const CONTROLS = Object.keys({
  size: 0,
  calls: 0,
  answers: 0,
  appliedCount: 0,
  appliedCounts: 0,
  lastPasswordHash: 0,
  lastPasswordHashes: 0,
  maxInSlidingSecond: 0,
  clear: 0,
  setFaults: 0,
  setQuota: 0,
  setNeighbour: 0,
  addPool: 0,
  user: 0,
  passwordOf: 0,
  sentPasswords: 0,
  maxInFlight: 0,
  resetConnections: 0,
  goDown: 0,
  comeUp: 0,
} satisfies Record<keyof Controls, 0>);
