import { z } from 'zod';
import { type ProgramOptions, type RunningProgram, startProgram } from '../test/support/program.js';
import { POOL } from './place.js';

/** What a process took, from its start to its end. */
export interface Usage {
  /** Processor time, in ms. */
  cpu: number;
  /** The most memory that it had at once, in MB. */
  peak: number;
  seconds: number;
  stdout: string;
}

const usageSchema = z.object({
  userCPUTime: z.number(),
  systemCPUTime: z.number(),
  maxRSS: z.number(),
  seconds: z.number(),
});

/** The process says itself at its exit what it took. */
const SAYING =
  'data:text/javascript,process.on("exit",()=>process.getBuiltinModule("node:fs").writeSync(2,JSON.stringify({...process.resourceUsage(),seconds:performance.now()/1e3})+"\\n"))';
const BYTES_PER_MB = 1_000_000;

/** Starts a Node program whose usage is known at its end. */
export async function start(
  args: string[],
  options: ProgramOptions = {},
): Promise<{ program: RunningProgram; usage: Promise<Usage> }> {
  const program = await startProgram(args, {
    ...options,
    nodeArgs: [...(options.nodeArgs ?? []), '--import', SAYING],
  });
  const usage = program.result.then(({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr}`);
    const used = usageSchema.parse(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? ''));
    return {
      cpu: (used.userCPUTime + used.systemCPUTime) / 1_000,
      peak: (used.maxRSS * 1_024) / BYTES_PER_MB,
      seconds: used.seconds,
      stdout,
    };
  });
  // Whoever started it may look at its usage only after a kill.
  usage.catch(() => undefined);
  return { program, usage };
}

export interface RunOptions {
  manifest: string;
  runDir: string;
  endpoint: string;
  /** A URL of Redis; the embedded queue when left out. */
  queue?: string | undefined;
  /** Calls a second; no limit when left out. */
  rate?: number;
  concurrency?: number;
}

/** The arguments of a run. */
export function runArgs({ manifest, runDir, endpoint, queue, rate, concurrency }: RunOptions): string[] {
  return [
    ['run', manifest, '--pool-id', POOL, '--generate', '--run-dir', runDir, ...service(endpoint)],
    ['--yes', '--progress', 'none', '--json'],
    rate === undefined ? ['--quota', '1000000', '--rate', 'max'] : ['--rate', String(rate)],
    concurrency === undefined ? [] : ['--concurrency', String(concurrency)],
    queue === undefined ? [] : ['--queue', queue],
  ].flat();
}

export function workerArgs(runDir: string, queue: string, endpoint: string): string[] {
  return ['worker', '--run', runDir, '--queue', queue, ...service(endpoint)];
}

function service(endpoint: string): string[] {
  return ['--endpoint-url', endpoint, '--allow-http'];
}
