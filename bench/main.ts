/**
 * `npm run bench` runs all benchmarks, `npm run bench -- redis manifest` some, `npm run bench -- --list` names them. A
 * table goes to standard output, the same as JSON to bench-results.json (`--json <file>` for another). Exit 1 if a goal is missed.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { against } from './against.js';
import { type Benchmark, isMet, type Result } from './benchmark.js';
import { manifest } from './manifest.js';
import { memory } from './memory.js';
import { pace } from './pace.js';
import { processor } from './processor.js';
import { startUp } from './start-up.js';
import { tableOf } from './table.js';
import { embeddedThroughput, modes, redisThroughput } from './throughput.js';
import { workers } from './workers.js';

const BENCHMARKS: Benchmark[] = [
  redisThroughput,
  embeddedThroughput,
  modes,
  pace,
  processor,
  manifest,
  startUp,
  workers,
  against,
  memory,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string', default: 'bench-results.json' }, list: { type: 'boolean' } },
});
const say = (text: string) => process.stdout.write(text);
const unknown = positionals.find((name) => !BENCHMARKS.some((one) => one.name === name));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no benchmark ${unknown}: ${BENCHMARKS.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exitCode = 2;
} else if (values.list === true) {
  for (const { name, title } of BENCHMARKS) say(`${name.padEnd(12)}${title}\n`);
} else {
  const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const all: { benchmark: string; results: Result[] }[] = [];
  // What it has started ends with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const machine = {
    at: new Date().toISOString(),
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMB: Math.round(totalmem() / 1_000_000),
    loadBefore: loadavg(),
  };
  for (const { name, title, run } of chosen) {
    say(`\n${name}: ${title}\n\n`);
    const results = await run();
    all.push({ benchmark: name, results });
    say(tableOf(results));
  }
  const written = { machine: { ...machine, loadAfter: loadavg() }, benchmarks: all };
  await writeFile(values.json, `${JSON.stringify(written, null, 2)}\n`);
  say(
    `\nAs JSON in ${values.json}; load of the machine ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n`,
  );
  if (all.some(({ results }) => results.some((result) => isMet(result) === false))) process.exitCode = 1;
}
