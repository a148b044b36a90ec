import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../test/support/redis.js';
import { type RunningProgram, startProgram } from '../test/support/program.js';
import type { SpawnedStandIn } from '../test/support/stand-in/process.js';
import type { Benchmark, Result } from './benchmark.js';
import { callsSeen } from './measure.js';
import { inPlace, POOL, withStandIn, writeManifest } from './place.js';
import { runArgs, start } from './program.js';

const QUOTA = 30;
const ROWS = 600;
/** When what is measured is killed: at no round number, as nothing in life is. */
const KILLED_AT = 327;
/** What a call takes, in ms. */
const LATENCY = 80;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const against: Benchmark = {
  name: 'against',
  title: `what people use today, beside it: ${ROWS} users, a quota of ${QUOTA} a second, answers after ${LATENCY} ms`,
  run: () =>
    inPlace((path) =>
      withStandIn(async (standIn) => {
        const manifest = join(path, 'users.csv');
        await writeManifest(manifest, ROWS);
        await standIn.setFaults([{ action: { kind: 'latency', ms: LATENCY } }]);
        await standIn.setQuota('UserAccountRecovery', { kind: 'sliding', limit: QUOTA });
        return [
          ...(await oneByOne(standIn, manifest)),
          ...(await forLoop(standIn, manifest)),
          ...(await ours(standIn, manifest, path)),
        ];
      }),
    ),
};

/** A process for each user. A minute is enough to know its speed. */
async function oneByOne(standIn: SpawnedStandIn, manifest: string): Promise<Result[]> {
  await standIn.clear();
  const users = (await readFile(manifest, 'utf8')).trim().split('\n').slice(1, 41);
  for (const user of users) {
    const program = await startProgram([standIn.url, POOL, user], { entry: here('one-user.mjs') });
    await program.result;
  }
  return speed(standIn, 'a process that starts the SDK for each user');
}

async function forLoop(standIn: SpawnedStandIn, manifest: string): Promise<Result[]> {
  const name = 'a for loop with sleep';
  const loop = () =>
    startProgram([standIn.url, POOL, manifest, String(QUOTA)], { entry: here('for-loop.mjs') });
  await standIn.clear();
  await (
    await loop()
  ).result;
  const measured = await speed(standIn, name);

  await standIn.clear();
  const killed = await loop();
  await killHalfway(standIn, killed);
  // All that is known afterwards is what it has printed.
  const printed = [...killed.stdout.matchAll(/^(\d+) done$/gm)].at(-1)?.[1] ?? '0';
  const { calls } = await callsSeen(standIn);
  return [...measured, unknown(name, calls - Number(printed))];
}

async function ours(standIn: SpawnedStandIn, manifest: string, path: string): Promise<Result[]> {
  const name = 'cognito-bulk-reset';
  const redis = await startRedis({ appendonly: 'everysec' });
  try {
    const endpoint = standIn.url;
    const args = (runDir: string) => runArgs({ manifest, runDir, endpoint, queue: redis.url, rate: QUOTA });
    await standIn.clear();
    await (
      await start(args(join(path, 'whole')))
    ).usage;
    const measured = await speed(standIn, name);

    await standIn.clear();
    const runDir = join(path, 'killed');
    const { program } = await start(args(runDir));
    await killHalfway(standIn, program);
    await (
      await start(['resume', runDir, '--queue', redis.url, '--progress', 'none'])
    ).usage;
    const lines = (await readFile(join(runDir, 'report.csv'), 'utf8')).trim().split('\n').length - 1;
    return [...measured, unknown(name, ROWS - lines)];
  } finally {
    await redis.stop();
  }
}

async function killHalfway(standIn: SpawnedStandIn, program: RunningProgram): Promise<void> {
  while ((await standIn.size()) < KILLED_AT) await sleep(20);
  program.kill('SIGKILL');
  await program.result;
}

async function speed(standIn: SpawnedStandIn, name: string): Promise<Result[]> {
  const answers = await standIn.answers('AdminSetUserPassword');
  const { seconds } = await callsSeen(standIn);
  return [
    { what: `users/s, ${name}`, value: (answers.ok ?? 0) / seconds, unit: '/s' },
    { what: `throttled calls, ${name}`, value: answers.TooManyRequestsException ?? 0, unit: 'calls' },
  ];
}

function unknown(name: string, rows: number): Result {
  return {
    what: `users of whom nobody knows whether they were reset, after a kill, ${name}`,
    value: rows,
    unit: 'users',
  };
}
