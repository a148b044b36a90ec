import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createWorkplace, type Workplace } from '../cli/workplace.js';
import { runProgram } from '../support/program.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import { formsOfText } from './forms.js';
import { addFiles, addTo, type Places } from './places.js';
import { createSearch } from './search.js';

const POOL = 'eu-west-1_Crash0001';
const PASSWORD = `Aé"<&>\\'% +kQ7_canary_9dX2vB$1z`;
const PRELOAD = fileURLToPath(new URL('crash-preload.mjs', import.meta.url));
const search = createSearch([{ name: 'password', forms: formsOfText(PASSWORD) }]);

let standIn: StandIn;
let workplace: Workplace;

beforeAll(async () => {
  standIn = await startStandIn({ pools: [{ id: POOL, users: ['user-1', 'user-2'] }] });
});
afterAll(() => standIn.close());
beforeEach(async () => {
  workplace = await createWorkplace();
  const quoted = PASSWORD.replaceAll('"', '""');
  await workplace.write('users.csv', `username,password\nuser-1,"${quoted}"\nuser-2,"${quoted}"\n`);
});
afterEach(() => workplace.remove());

interface CrashOptions {
  /** Whether the queue is in the run directory. @default false, which takes less time */
  embedded?: boolean;
  nodeArgs?: string[];
}

/** Runs into the crash. Answers what it said, and where the password was found. */
async function crash(how: string, { embedded = false, nodeArgs = [] }: CrashOptions = {}) {
  const reports = join(workplace.path, 'reports');
  await mkdir(reports);
  const result = await runProgram(
    [
      ...['run', 'users.csv', '--pool-id', POOL, '--password-column', 'password', '--yes', '--json'],
      ...['--run-dir', workplace.runDir, '--endpoint-url', standIn.url, '--allow-http'],
    ],
    {
      ...workplace.here,
      env: {
        ...workplace.here.env,
        CRASH: how,
        COGNITO_BULK_RESET_LOG_LEVEL: 'trace',
        COGNITO_BULK_RESET_QUEUE: embedded ? undefined : inject('redisUrl'),
      },
      nodeArgs: [
        ...['--import', PRELOAD, '--report-uncaught-exception', '--report-on-fatalerror'],
        ...[`--report-directory=${reports}`, ...nodeArgs],
      ],
    },
  );
  const places: Places = new Map();
  addTo(places, 'standard output', result.stdout);
  addTo(places, 'standard error', result.stderr);
  await addFiles(places, workplace.runDir);
  await addFiles(places, reports);
  const found = [...places].filter(([, parts]) => parts.some((bytes) => search(bytes).length > 0));
  // The error did hold it, and Node's own way of printing it would have shown it.
  expect(result.stderr).toContain('planted: true');
  return { ...result, places, found: found.map(([place]) => place) };
}

test.each(['rejection', 'exception'])(
  'an unhandled %s whose error holds the request is told by its name and its frames, with exit 3',
  async (how) => {
    const { code, stderr, found } = await crash(how);
    expect(found).toEqual([]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cognito-bulk-reset: TypeError\n +at faulty/m);
    expect(stderr).toMatch(/^caused by Error\n/m);
  },
);

test('an error of the SDK that holds the request stops the run, and says nothing of it', async () => {
  const { code, stdout, found } = await crash('call', { embedded: true });
  expect(found).toEqual([]);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'stopped', error: 'TypeError' });
});

test('a process that runs out of memory leaves no password in what Node writes of it', async () => {
  const { code, places, found } = await crash('memory', { nodeArgs: ['--max-old-space-size=96'] });
  expect(code).not.toBe(0);
  expect([...places.keys()].some((place) => place.startsWith('report.'))).toBe(true);
  expect(found).toEqual([]);
});
