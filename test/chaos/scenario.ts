import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startProgram, type RunningProgram } from '../support/program.js';
import { type Redis, startRedis } from '../support/redis.js';
import { seededRandom } from '../support/seeded-random.js';
import type { Fault, Operation } from '../support/stand-in/options.js';
import { poolWithHistory } from '../support/stand-in/pool-with-history.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWitness, type Witness } from './witness.js';

export interface ScenarioOptions {
  seed: number;
  queue: 'embedded' | 'redis';
  rows: number;
  /** How many things happen to the run before it is left alone; it may finish earlier. */
  blows: number;
  /** Whether each user is also disabled and signed out, at 25 calls a second. */
  disable?: boolean;
}

/** What a scenario did to the run. */
export type Blows = Record<
  'killedRun' | 'killedWorker' | 'killedRedis' | 'stopped' | 'terminated' | 'flushed' | 'resumed',
  number
>;

export interface ScenarioResult {
  rows: number;
  calls: number;
  blows: Blows;
  /** What does not hold; empty when all does. */
  violations: string[];
}

export const POOL = 'eu-west-1_Chaos0001';
/** Every 20th row is of a user that is not there, and every 50th comes twice. */
const NOBODY = 20;
const TWICE = 50;
/** Calls a second: fast enough that a blow hits a run in full swing, slow enough that it doesn't end before the last. */
const RATE = 120;
const GIVE_UP = 180_000;

/** Runs the real program over a manifest while its processes, its queue and its calls meet with what the seed says. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const random = seededRandom(options.seed);
  const dir = await mkdtemp(join(tmpdir(), 'chaos-'));
  const names = namesOf(options.rows);
  const standIn = await spawnStandIn({
    pools: [poolWithHistory(POOL, options.rows)],
    faults: (options.disable === true ? STEPS : STEPS.slice(0, 1)).flatMap((step) => faultsOf(random, step)),
  });
  const redis = options.queue === 'redis' ? await startRedis({ appendonly: 'always' }) : undefined;
  const workers: RunningProgram[] = [];
  try {
    const stage = await createStage({
      dir,
      names,
      standIn,
      redis,
      random,
      workers,
      disable: options.disable === true,
    });
    await delay(300);
    for (let blow = 0; blow < options.blows && !(await stage.hasFinished()); blow += 1) {
      await delay(100 + random() * 900);
      await stage.strike();
    }
    await stage.letFinish();
    return {
      rows: names.length,
      calls: await standIn.size(),
      blows: stage.blows,
      violations: await stage.witness.verdict(),
    };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map(({ result }) => result));
    await standIn.close();
    await redis?.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

function namesOf(rows: number): string[] {
  return Array.from({ length: rows }, (_, i) => {
    if (i % NOBODY === 7) return `nobody-${i}`;
    return i % TWICE === 31 ? `user-${i}` : `user-${i + 1}`;
  });
}

const STEPS: readonly Operation[] = ['AdminSetUserPassword', 'AdminDisableUser', 'AdminUserGlobalSignOut'];

/** Each kind of trouble that a call can meet, rare enough that no row meets it seven times in a row. */
function faultsOf(random: () => number, operation: Operation): Fault[] {
  const seed = () => Math.floor(random() * 2 ** 31);
  const sometimes = (action: Fault['action'], probability: number): Fault => ({
    operation,
    action,
    probability,
    seed: seed(),
  });
  return [
    { operation, action: { kind: 'latency', ms: 20 + Math.floor(random() * 60) } },
    sometimes({ kind: 'error', name: 'TooManyRequestsException' }, 0.004),
    sometimes({ kind: 'error', name: 'InternalErrorException' }, 0.02),
    sometimes({ kind: 'error', name: 'InternalErrorException', applied: true }, 0.02),
    sometimes({ kind: 'reset-before-apply' }, 0.01),
    sometimes({ kind: 'reset-after-apply' }, 0.03),
    sometimes({ kind: 'cut-body' }, 0.01),
    sometimes({ kind: 'html-503' }, 0.01),
    sometimes({ kind: 'ok-not-json' }, 0.01),
  ];
}

interface StageOptions {
  dir: string;
  names: string[];
  standIn: SpawnedStandIn;
  redis: Redis | undefined;
  random: () => number;
  workers: RunningProgram[];
  disable: boolean;
}

interface Stage {
  blows: Blows;
  witness: Witness;
  hasFinished(): Promise<boolean>;
  /** One thing happens, and what it felled is started again. */
  strike(): Promise<void>;
  letFinish(): Promise<void>;
}

async function createStage({
  dir,
  names,
  standIn,
  redis,
  random,
  workers,
  disable,
}: StageOptions): Promise<Stage> {
  const runDir = join(dir, 'run');
  const witness = createWitness({ runDir, names, standIn, pool: POOL });
  const blows: Blows = {
    killedRun: 0,
    killedWorker: 0,
    killedRedis: 0,
    stopped: 0,
    terminated: 0,
    flushed: 0,
    resumed: 0,
  };
  const here = { cwd: dir };
  const queue = redis === undefined ? [] : ['--queue', redis.url];
  const service = ['--endpoint-url', standIn.url, '--allow-http'];
  let codes: (number | null)[] = [];
  const begin = async () => {
    await witness.writeManifest(join(dir, 'users.csv'));
    return startProgram(
      [
        ['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes', '--plain', '--run-dir', runDir],
        ['--quota', '1000', '--rate', String(RATE), '--max-failures', '100%', ...queue, ...service],
        disable ? ['--disable'] : [],
      ].flat(),
      here,
    );
  };
  let run = await begin();
  await run.waitForStderr(/Report/);

  const resume = async () => {
    const { code, stderr, signal } = await run.result;
    codes.push(code);
    if (code === 0 || code === 1) return;
    // A SIGTERM may come before the program hears it, and a resume while Redis is down is refused.
    const expected = signal !== null || code === 130 || /does not answer/.test(stderr);
    if (!expected) throw new Error(`The run ended with ${code}:\n${stderr.slice(-2_000)}`);
    await witness.look();
    blows.resumed += 1;
    run = await startProgram(['resume', runDir, '--plain'], here);
  };
  const startWorker = async () => {
    workers.push(
      await startProgram(['worker', '--run', runDir, ...queue, ...service], {
        ...here,
        env: { COGNITO_BULK_RESET_LOG_LEVEL: 'warn' },
      }),
    );
  };
  const stopForAWhile = async (pid: number) => {
    process.kill(pid, 'SIGSTOP');
    await delay(200 + random() * 1_500);
    process.kill(pid, 'SIGCONT');
    blows.stopped += 1;
  };
  const anyWorker = () => workers[Math.floor(random() * workers.length)];

  const strikes: { weight: number; strike: () => Promise<void> }[] = [
    {
      weight: 4,
      strike: async () => {
        run.kill('SIGKILL');
        blows.killedRun += 1;
        await resume();
      },
    },
    {
      weight: 1,
      strike: async () => {
        run.kill('SIGTERM');
        blows.terminated += 1;
        await resume();
      },
    },
    { weight: 2, strike: () => stopForAWhile(run.pid) },
    ...(redis === undefined
      ? []
      : [
          { weight: 3, strike: startWorker },
          {
            weight: 2,
            strike: async () => {
              const worker = anyWorker();
              if (worker === undefined) return startWorker();
              worker.kill('SIGKILL');
              await worker.result;
              workers.splice(workers.indexOf(worker), 1);
              blows.killedWorker += 1;
            },
          },
          {
            weight: 1,
            strike: async () => {
              const worker = anyWorker();
              if (worker !== undefined) await stopForAWhile(worker.pid);
            },
          },
          {
            weight: 2,
            strike: async () => {
              await redis.kill();
              await delay(random() * 1_500);
              await redis.restart();
              blows.killedRedis += 1;
            },
          },
          { weight: 1, strike: () => stopForAWhile(redis.pid) },
        ]),
  ];
  const total = strikes.reduce((sum, { weight }) => sum + weight, 0);
  const ended = () => codes.some((code) => code === 0 || code === 1);
  void run.result;

  return {
    blows,
    witness,
    hasFinished: async () => ended() || witness.hasSummary(),
    strike: async () => {
      let drawn = random() * total;
      const chosen = strikes.find(({ weight }) => (drawn -= weight) < 0) ?? strikes[0];
      await chosen?.strike();
    },
    letFinish: async () => {
      const late = delay(GIVE_UP, undefined, { ref: false }).then(() => {
        throw new Error(`The run did not finish:\n${run.stderr.slice(-2_000)}`);
      });
      while (!ended()) await Promise.race([resume(), late]);
      late.catch(() => undefined);
    },
  };
}
