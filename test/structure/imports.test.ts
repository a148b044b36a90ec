import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The floors of the house, from the top: a room imports from its own floor's own room, or from a lower floor. */
const FLOORS = [
  ['src/cli', 'src/library'],
  ['src/telemetry', 'src/notify', 'src/ui'],
  ['src/verify'],
  ['src/export', 'src/enable'],
  ['src/run'],
  ['src/check', 'src/credentials'],
  ['jobs'],
  ['src/protect'],
  ['src/cognito', 'src/manifest'],
  ['src/queue', 'src/password', 'src/report'],
  ['src/rate'],
  ['src'],
];

const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

/** The program's files by their paths, each with the files that it imports. */
const IMPORTS = new Map(
  globSync('{src,jobs}/**/*.ts', { cwd: ROOT }).map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const targets = [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(([, specifier = '']) =>
      relative(ROOT, join(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts'),
    );
    return [file, targets];
  }),
);
const roomOf = (file: string) => dirname(file).split('/').slice(0, 2).join('/');

test('imports point one way: from the command line down to the shared types, and never up or sideways', () => {
  const wrong: string[] = [];
  for (const [file, targets] of IMPORTS) {
    const floor = floorOf(roomOf(file));
    expect(floor, `${file}: its room has no floor yet; give it one`).toBeGreaterThanOrEqual(0);
    for (const target of targets) {
      if (roomOf(target) !== roomOf(file) && floorOf(roomOf(target)) <= floor)
        wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no file imports itself by way of others, types included', () => {
  const seen = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (seen.has(file)) return;
    seen.add(file);
    for (const target of IMPORTS.get(file) ?? []) follow(target, [...way, file]);
  };
  for (const file of IMPORTS.keys()) follow(file, []);
  expect(circles).toEqual([]);
});

test('each room is on the map of the house in CONTRIBUTING.md, on its floor, with files that there are', () => {
  const rows = [
    ...readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(/^\| +(\d+) +\|(.*)\|$/gm),
  ].map(([, floor, rest = '']) => {
    const [room = '', , files = ''] = rest.split('|').map((cell) => cell.trim());
    return { floor: Number(floor), room: room.replaceAll('`', ''), files: files.match(/[\w-]+\.ts/g) ?? [] };
  });
  const onTheMap = FLOORS.map((_, index) =>
    rows.filter(({ floor }) => floor === index + 1).map(({ room }) => room),
  );
  expect(onTheMap.map((rooms) => rooms.sort())).toEqual(FLOORS.map((rooms) => [...rooms].sort()));
  const gone = rows
    .flatMap(({ room, files }) => files.map((file) => `${room}/${file}`))
    .filter((path) => !existsSync(join(ROOT, path)));
  expect(gone).toEqual([]);
});
