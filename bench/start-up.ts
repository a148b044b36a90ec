import { join } from 'node:path';
import { startRedis } from '../test/support/redis.js';
import { type StandIn, startStandIn } from '../test/support/stand-in/stand-in.js';
import { type Benchmark, byTurns, figure } from './benchmark.js';
import { inPlace, POOL, writeManifest } from './place.js';
import { runArgs, start } from './program.js';

const ROUNDS = 5;
const FEW = 1_000;
const MILLION = 1_000_000;

export const startUp: Benchmark = {
  name: 'start-up',
  title: 'from the start of the program to its first call',
  run: () =>
    inPlace(async (path) => {
      const redis = await startRedis({ appendonly: 'everysec' });
      // In this process, so that its clock is this one's.
      const standIn = await startStandIn({
        pools: [{ id: POOL, generated: { pattern: 'user-%d', count: MILLION } }],
      });
      try {
        const [few, million] = [join(path, 'few.csv'), join(path, 'million.csv')];
        await writeManifest(few, FEW);
        await writeManifest(million, MILLION);
        let runs = 0;
        const first =
          (manifest: string, queue?: string, fresh = false) =>
          () => {
            runs += 1;
            const env = { XDG_CACHE_HOME: fresh ? join(path, `cache-${runs}`) : join(path, 'cache') };
            return untilFirstCall(standIn, { manifest, runDir: join(path, `run-${runs}`), queue, env });
          };
        const rounds = await byTurns(ROUNDS, {
          redis: first(few, redis.url),
          redisMillion: first(million, redis.url),
          embedded: first(few),
          embeddedMillion: first(million),
          embeddedAnew: first(few, undefined, true),
        });
        const of = (side: keyof (typeof rounds)[number]) => rounds.map((round) => round[side]);
        return [
          figure('to the first call on Redis', of('redis'), 's', { atMost: 1 }),
          figure('to the first call on Redis, a million rows', of('redisMillion'), 's', { atMost: 1 }),
          figure('to the first call on the embedded queue', of('embedded'), 's', { atMost: 2 }),
          figure('to the first call on the embedded queue, a million rows', of('embeddedMillion'), 's', {
            atMost: 2,
          }),
          figure('to the first call on the embedded queue, the very first time', of('embeddedAnew'), 's', {
            atMost: 5,
          }),
        ];
      } finally {
        await standIn.close();
        await redis.stop();
      }
    }),
};

async function untilFirstCall(
  standIn: StandIn,
  {
    env,
    ...run
  }: { manifest: string; runDir: string; queue: string | undefined; env: Record<string, string> },
): Promise<number> {
  standIn.clear();
  const begun = performance.now();
  const { program } = await start(runArgs({ ...run, endpoint: standIn.url, rate: 1 }), { env });
  const [call] = await firstCall(standIn, program.result);
  program.kill('SIGKILL');
  await program.result;
  return ((call?.at ?? Number.NaN) - begun) / 1_000;
}

async function firstCall(standIn: StandIn, ended: Promise<unknown>) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    const calls = standIn.calls({ operation: 'AdminSetUserPassword' });
    if (calls.length > 0) return calls;
    if (over) throw new Error('the run ended before its first call');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
