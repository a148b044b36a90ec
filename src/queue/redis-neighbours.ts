import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { type Neighbours, readNeighbours, STAYS } from './neighbours.js';

/** Of all runs on one Redis, so it has no run's prefix; it vanishes with the last of them. */
const NEIGHBOURS_KEY = 'cognito-bulk-reset:runs';

/**
 * Input:
 *   KEYS[1] a hash: run to "<until when, in ms by the clock of Redis> <its note>"
 *   ARGV[1] the own run, ARGV[2] its note, ARGV[3] how long it stays, in ms
 * Output: the notes of all others that stay still
 */
const MEET = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local others = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local space = string.find(all[i + 1], ' ', 1, true) or 0
  local stays = tonumber(string.sub(all[i + 1], 1, space - 1)) or 0
  if stays < now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then
    table.insert(others, string.sub(all[i + 1], space + 1))
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[3]) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return others
`;

export function redisNeighbours(client: Redis | Cluster): Neighbours {
  return {
    meet: async (own) => {
      const notes = await client.eval(MEET, 1, NEIGHBOURS_KEY, own.run, JSON.stringify(own), STAYS);
      return readNeighbours(z.array(z.string()).parse(notes));
    },
    leave: async (run) => void (await client.hdel(NEIGHBOURS_KEY, run)),
  };
}
