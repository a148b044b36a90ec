import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import type { PaceState } from '../rate/pace.js';
import { type PaceStore, paceStateSchema, type Stored } from '../rate/pace-store.js';

/**
 * Input:
 *   KEYS[1] the run's pace, a hash: v (version), s (state as JSON)
 *   ARGV[1] the version that the caller saw, or -1 to read only
 *   ARGV[2] the new state
 * Output: { swapped 0|1, version, state or "", now in ms by the clock of Redis }
 */
const COMPARE_AND_SWAP = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local version = tonumber(redis.call('HGET', KEYS[1], 'v') or 0)
local swapped = 0
if version == tonumber(ARGV[1]) then
  version = version + 1
  redis.call('HSET', KEYS[1], 'v', version, 's', ARGV[2])
  swapped = 1
end
return { swapped, version, redis.call('HGET', KEYS[1], 's') or '', tostring(now) }
`;

const answerSchema = z.tuple([z.number(), z.number(), z.string(), z.string()]);

export function redisPaceStore(client: Redis | Cluster, key: string): PaceStore {
  const ask = async (
    version: number,
    state: PaceState | undefined,
  ): Promise<Stored & { swapped: boolean }> => {
    const answer = await client.eval(
      COMPARE_AND_SWAP,
      1,
      key,
      version,
      state === undefined ? '' : JSON.stringify(state),
    );
    const [swapped, stored, json, now] = answerSchema.parse(answer);
    return {
      swapped: swapped === 1,
      version: stored,
      state: json === '' ? undefined : paceStateSchema.parse(JSON.parse(json)),
      now: Number(now),
    };
  };
  return { read: () => ask(-1, undefined), swap: (version, state) => ask(version, state) };
}
