import type { SpawnedStandIn } from '../test/support/stand-in/process.js';

/** What a stretch of work cost. */
export interface Cost {
  /** Users a second, from the first call to the last, by the clock of the service. */
  usersPerSecond: number;
  /** Processor time of this process and its threads, in ms a user. */
  cpuPerUser: number;
}

/** Does `rows` users' work in this process. Throws unless the service has seen a call for each. */
export async function costOf(
  standIn: SpawnedStandIn,
  rows: number,
  work: () => Promise<void>,
): Promise<Cost> {
  await standIn.clear();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const { calls, seconds } = await callsSeen(standIn);
  if (calls !== rows) throw new Error(`${calls} calls for ${rows} users`);
  return { usersPerSecond: (rows - 1) / seconds, cpuPerUser: (user + system) / 1_000 / rows };
}

/** How many calls the service has seen, and in what time. */
export async function callsSeen(standIn: SpawnedStandIn): Promise<{ calls: number; seconds: number }> {
  const calls = await standIn.calls({ operation: 'AdminSetUserPassword' });
  const times = calls.map(({ at }) => at);
  const first = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, at) => Math.max(most, at), 0);
  return { calls: calls.length, seconds: (last - first) / 1_000 };
}
