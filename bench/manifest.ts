import { parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { openManifest, readManifest } from '../src/manifest/manifest.js';
import { type Benchmark, byTurns, figure, type Goal, ratio, type Result } from './benchmark.js';
import { inPlace, writeManifest } from './place.js';

const ROUNDS = 5;
const ROWS = 200_000;
const GOAL = { atLeast: 0.6 };

const FILES: { name: string; header?: string; lineOf: (row: number) => string; goal?: Goal }[] = [
  { name: 'one column', lineOf: (row: number) => `user-${row}`, goal: GOAL },
  {
    name: 'four columns, one of them quoted',
    header: 'username,email,name,department',
    lineOf: (row: number) => `user-${row},user-${row}@example.com,"Doe, Jane ${row}",sales`,
    goal: GOAL,
  },
  // What no real file is like: half of its rows were there before, so each is read again and compared.
  {
    name: 'each user twice, the second time after all others',
    lineOf: (row: number) => `user-${((row - 1) % (ROWS / 2)) + 1}`,
  },
  { name: 'each user twice, one after the other', lineOf: (row: number) => `user-${Math.ceil(row / 2)}` },
];

export const manifest: Benchmark = {
  name: 'manifest',
  title: 'rows/s of reading and checking a manifest ÷ csv-parse alone',
  run: () =>
    inPlace(async (path) => {
      const results: Result[] = [];
      for (const [index, { name, goal, ...file }] of FILES.entries()) {
        const at = join(path, `${index}.csv`);
        await writeManifest(at, ROWS, file);
        const rounds = await byTurns(ROUNDS, {
          ours: () => rate(() => readAll(at)),
          alone: () => rate(() => parseAlone(at)),
        });
        results.push(
          ratio(
            `rows/s of the manifest ÷ csv-parse, ${name}`,
            rounds.map(({ ours, alone }) => ours / alone),
            goal,
          ),
          figure(
            `rows/s of the manifest, ${name}`,
            rounds.map(({ ours }) => ours),
            '/s',
          ),
        );
      }
      return results;
    }),
};

/** Rows a second of processor time: what else the machine does takes none of it. */
async function rate(read: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const rows = await read();
  const { user, system } = process.cpuUsage(before);
  return (rows * 1_000_000) / (user + system);
}

async function readAll(path: string): Promise<number> {
  let rows = 0;
  for await (const batch of readManifest(await openManifest(path, { header: true }), {
    caseSensitive: false,
  })) {
    rows += batch.length;
  }
  return rows;
}

async function parseAlone(path: string): Promise<number> {
  let rows = 0;
  const records: AsyncIterable<unknown> = createReadStream(path).pipe(parse({ fromLine: 2 }));
  for await (const _ of records) rows += 1;
  return rows;
}
