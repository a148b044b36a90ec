import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Redis, startRedis } from '../support/redis.js';
import { ROWS } from './faults.js';
import { type Form, formsOfBytes, formsOfText } from './forms.js';
import { addFiles, addTo, type Monitor, monitorRedis, type Places } from './places.js';
import { createSearch } from './search.js';
import { type Combination, type WatchedRun, watchRun } from './watched-run.js';

const MODES = ['generate', 'password-column', 'discard'] as const;
const QUEUES = ['Redis', 'the embedded queue'] as const;
const COMBINATIONS = MODES.flatMap((mode) =>
  QUEUES.map((queue) => ({ mode, queue, name: `--${mode} on ${queue}` })),
);

let redis: Redis;
let monitor: Monitor;
const runs = new Map<string, WatchedRun>();
const redisPlaces: Places = new Map();

beforeAll(async () => {
  // Nothing is compressed, or the search would pass over it.
  const plain = ['--rdbcompression', 'no', '--aof-use-rdb-preamble', 'no'];
  redis = await startRedis({ appendonly: 'always', args: plain });
  monitor = await monitorRedis(redis.socketPath);
  const watch = async ({ mode, queue, name }: (typeof COMBINATIONS)[number]) => {
    const combination: Combination = { mode, redis: queue === 'Redis' ? redis : undefined };
    runs.set(name, await watchRun(combination));
  };
  await Promise.all(COMBINATIONS.map(watch));
  addTo(redisPlaces, 'Redis, MONITOR', ...monitor.seen());
  await addFiles(redisPlaces, redis.dir, ['redis.sock']);
}, 180_000);
afterAll(async () => {
  monitor.stop();
  await redis.stop();
});

function runOf(name: string): WatchedRun {
  const run = runs.get(name);
  if (run === undefined) throw new Error(`${name} did not run`);
  return run;
}

/** Where a secret was found: one line for each place. */
function findings(places: Places, search: ReturnType<typeof createSearch>): string[] {
  return [...places].flatMap(([place, parts]) => {
    const [first, ...more] = parts.flatMap((bytes) => search(bytes));
    return first === undefined ? [] : [`${place}: ${first.of} (${first.as}), and ${more.length} more`];
  });
}

/** The same places with one secret at the end of each, every one in another form of it. */
function planted(places: Places, forms: readonly Form[]): Places {
  return new Map(
    [...places].map(([place, parts], index) => {
      const secret = forms[index % forms.length]?.bytes ?? Buffer.alloc(0);
      return [place, [Buffer.concat([(parts.at(-1) ?? Buffer.alloc(0)).subarray(-1_000), secret])]];
    }),
  );
}

function placesWith(places: Places, text: string): string[] {
  const search = createSearch([{ name: 'mark', forms: [{ name: 'mark', bytes: Buffer.from(text) }] }]);
  return [...places]
    .filter(([, parts]) => parts.some((bytes) => search(bytes).length > 0))
    .map(([place]) => place);
}

describe.each(COMBINATIONS)(
  '$name, stopped, killed half way, resumed, with every fault and log level trace',
  ({ name, queue }) => {
    test('the run came to its end, and every fault struck', () => {
      const { code, rows, answers } = runOf(name);
      expect({ code, rows }).toEqual({ code: 1, rows: ROWS });
      expect(Object.keys(answers).length).toBeGreaterThanOrEqual(25);
    });

    test('what the run did write was found in each kind of place: the search sees them all', () => {
      const { places, userMark, pathMark } = runOf(name);
      const rowsAreIn = placesWith(places, userMark);
      expect(rowsAreIn).toEqual(expect.arrayContaining(['report.csv', 'failed.csv']));
      if (queue === 'the embedded queue') expect(rowsAreIn).toContain('queue');
      expect(placesWith(places, pathMark)).toEqual(
        expect.arrayContaining([
          ...['run.json', 'summary.json', 'report.html', 'standard output', 'standard error'],
          ...['command line', 'environment', 'diagnostic report'],
        ]),
      );
      // The id that the stand-in gives to each call.
      expect(placesWith(places, '00000000-0000-4000-8000-')).toEqual(
        expect.arrayContaining(['run.log', 'report.csv']),
      );
      if (queue === 'Redis') {
        expect(rowsAreIn).toContain('Redis, snapshot');
        expect(placesWith(redisPlaces, userMark)).toEqual(
          expect.arrayContaining(['Redis, MONITOR', 'appendonlydir']),
        );
      }
    });

    test('no password is in any place, in any form or piece, and one that is planted is found in each', () => {
      const { places, passwords } = runOf(name);
      expect(passwords.length).toBeGreaterThanOrEqual(ROWS);
      const search = createSearch(
        passwords.map((text, index) => ({ name: `password ${index + 1}`, forms: formsOfText(text) })),
      );
      // What finds none must find the one that is there.
      const forms = formsOfText(passwords[0] ?? '');
      for (const some of [places, redisPlaces])
        expect(findings(planted(some, forms), search)).toHaveLength(some.size);
      expect([...findings(places, search), ...findings(redisPlaces, search)]).toEqual([]);
    });

    test('the run’s key is nowhere but in run.key', () => {
      const { places, key } = runOf(name);
      const search = createSearch([{ name: 'key', forms: formsOfBytes(key) }]);
      expect([...findings(places, search), ...findings(redisPlaces, search)]).toEqual([]);
    });
  },
);
