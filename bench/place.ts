import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type SpawnedStandIn, spawnStandIn } from '../test/support/stand-in/process.js';

export const POOL = 'eu-west-1_Benchmark';
/** More users than any benchmark has rows. */
const USERS = 10_000_000;

/** A directory of one's own, removed at the end. */
export async function inPlace<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    return await work(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** A stand-in for Cognito in a process of its own, which answers at once. */
export async function withStandIn<T>(work: (standIn: SpawnedStandIn) => Promise<T>): Promise<T> {
  const standIn = await spawnStandIn({
    pools: [{ id: POOL, generated: { pattern: 'user-%d', count: USERS } }],
  });
  try {
    return await work(standIn);
  } finally {
    await standIn.close();
  }
}

/** Writes a manifest of so many rows; `lineOf` makes each. */
export async function writeManifest(
  path: string,
  rows: number,
  { header = 'username', lineOf = (row: number): string => `user-${row}` } = {},
): Promise<void> {
  const blocks = function* () {
    yield `${header}\n`;
    const BLOCK = 10_000;
    for (let from = 1; from <= rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from + 1);
      yield Array.from({ length: count }, (_, index) => `${lineOf(from + index)}\n`).join('');
    }
  };
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}
