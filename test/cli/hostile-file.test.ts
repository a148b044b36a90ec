import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type ProgramResult, runProgram } from '../support/program.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import { createWorkplace, type Workplace } from './workplace.js';

/** A file that means harm, through the whole program: what becomes of it, and how much memory it takes at most. */

const POOL = 'eu-west-1_HostileCsv';
const MIB = 1024 * 1024;
/** The promise, for the whole process; PostgreSQL inside it may take more, and makes its first data directory here. */
const PEAK_LIMIT_MIB = { redis: 300, embedded: 650 };
/** A file with NUL bytes in its first 2 MiB is no text and refused as a whole; behind these rows it is a row's own fault. */
const FILLER = `user-1,${'x'.repeat(8_000)}\n`.repeat(300);
const QUEUES = ['redis', 'embedded'] as const;

let standIn: StandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await startStandIn({ pools: [{ id: POOL, users: ['user-1', 'user-2', '=1+1', '__proto__'] }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  // Tells the peak of the process (VmHWM, which is what ru_maxrss counts) when it ends.
  const tell = `process.on('exit', () => fs.writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)));`;
  await writeFile(join(workplace.path, 'peak.mjs'), `import fs from 'node:fs';\n${tell}\n`);
});
afterEach(() => workplace.remove());

/** A file of pieces; a number is so many NUL bytes, which take no disk. */
function write(pieces: readonly (string | Buffer | number)[]): void {
  const path = join(workplace.path, 'users.csv');
  const file = openSync(path, 'w');
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'number') at += piece;
    else
      at +=
        typeof piece === 'string' ? writeSync(file, piece, at) : writeSync(file, piece, 0, piece.length, at);
  }
  closeSync(file);
  truncateSync(path, at);
}

async function run(queue: (typeof QUEUES)[number]): Promise<ProgramResult & { peakMib: number }> {
  const peakFile = join(workplace.path, 'peak');
  const result = await runProgram(
    [
      ...['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes', '--json', '--max-failures', '100%'],
      ...['--endpoint-url', standIn.url, '--allow-http', '--run-dir', workplace.runDir],
      ...(queue === 'redis' ? ['--queue', inject('redisUrl')] : []),
    ],
    {
      ...workplace.here,
      env: { ...workplace.here.env, PEAK_FILE: peakFile },
      nodeArgs: ['--import', join(workplace.path, 'peak.mjs')],
    },
  );
  const peakMib = Number(await readFile(peakFile, 'utf8')) / 1024;
  return { ...result, peakMib };
}

test.each(QUEUES)(
  'a gigabyte without a newline, a million fields and a field of 300 MB fail as a row each, and a run on the %s queue takes little memory',
  async (queue) => {
    const rows = [1024 * MIB, '\n', ','.repeat(1_000_000), '\n', 'user-9,"', 300 * MIB, '"\n', 'user-2,1\n'];
    write(['username,x\n', FILLER, ...rows]);
    const { code, stderr, peakMib } = await run(queue);
    expect(code, stderr).toBe(1);
    const lines = workplace.report().filter(({ error }) => error !== 'DuplicateUsername');
    expect(lines.map(({ username, status, error }) => `${username} ${error || status}`)).toEqual([
      ...['user-1 succeeded', ' MalformedRow', ' MalformedRow', ' MalformedRow', 'user-2 succeeded'],
    ]);
    expect(peakMib).toBeLessThan(PEAK_LIMIT_MIB[queue]);
  },
);

test.each([
  ['a header of a million columns', [`username${',c'.repeat(1_000_000)}\nuser-1\n`], /longer than/],
  [
    'a header of 20,001 columns',
    [`username${',c'.repeat(20_000)}\nuser-1\n`],
    /20001 columns; at most 10000/,
  ],
  ['a gigabyte of nothing', [1024 * MIB], /NUL|text|binary/i],
])('%s is refused in one line and in little memory, and nothing is sent', async (_, pieces, words) => {
  write(pieces);
  const { code, stdout, stderr, peakMib } = await run('redis');
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(words);
  expect(peakMib).toBeLessThan(PEAK_LIMIT_MIB.redis);
});

test('hostile names: exact in the report, escaped on the terminal, and never more than their own row', async () => {
  const names = [
    'user-1',
    '=1+1',
    '__proto__',
    '\u001b[31mred\u001b[0m',
    'admin\u202egpj.exe',
    'nul\u0000byte',
    '<script>alert(1)</script>',
    'user-2',
  ];
  // And half of a surrogate pair, as a broken program writes it.
  const broken = Buffer.from([0xed, 0xa0, 0x80]);
  write([`username,__proto__\n`, FILLER, ...names.map((name) => `"${name}",x\n`), broken, ',x\n']);
  const { code, stdout, stderr } = await run('redis');
  expect(code, stderr).toBe(1);
  const report = workplace.report().filter(({ error }) => error !== 'DuplicateUsername');
  expect(report.map(({ username }) => username.replace(/^'/, ''))).toEqual([...names, '']);
  expect(report.map(({ status, error }) => error || status)).toEqual([
    ...['succeeded', 'succeeded', 'succeeded', 'InvalidUsername', 'InvalidUsername', 'InvalidUsername'],
    ...['UserNotFoundException', 'succeeded', 'MalformedRow'],
  ]);
  // Control characters, bidi marks: neither what is shown nor what is read by programs holds one but the line ends.
  expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(await readFile(join(workplace.runDir, 'report.html'), 'utf8')).not.toContain('<script>alert(1)');
});
