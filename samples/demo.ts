/**
 * `npm run demo`: the real program over samples/users.csv against cognito-local, and then three of the users sign in
 * with their new passwords. It checks what it shows, and ends with 0 only if all of it is as it should be.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { derivePassword } from '../src/password/derive.js';
import { readRunKey } from '../src/password/key-file.js';
import { summarySchema } from '../src/report/summary.js';
import { type RunDirectory, runDirectory } from '../src/run/directory.js';
import { readRunRecord } from '../src/run/record.js';
import { type CognitoLocal, startCognitoLocal } from '../test/support/cognito-local.js';
import { makePool } from '../test/support/cognito-local-pool.js';
import { poolUsers } from './demo/pool-users.js';
import { callStarts, firstLines, mostInOneSecond, paceBars, reportRecords } from './demo/report-screen.js';
import { runProgram } from './demo/run-program.js';
import { signInsAreRight, signInsOf, signInTable } from './demo/sign-ins.js';

/** Calls a second. cognito-local has no quota, and the real 30 would take twice as long to watch. */
const RATE = 60;
const SOME_FAILED = 1;
const INTERRUPTED = 130;
/** The first user, one whose row spans two lines, and the last. */
const SIGN_IN_AS = ['user-0001', 'user-0160', 'user-0300'];
/** What samples/users.csv holds. */
const EXPECTED = {
  byStatus: { succeeded: 290, failed: 9, skipped: 1, unprocessed: 0 },
  byError: {
    UserNotFoundException: 6,
    DuplicateUsername: 1,
    EmptyUsername: 1,
    InvalidUsername: 1,
    MalformedRow: 1,
  },
};

const temporary = process.argv.includes('--temporary');
const wrong: string[] = [];
const check = (right: boolean, what: string) => right || wrong.push(what);
const say = (text: string) => process.stdout.write(`${text}\n`);

const work = await mkdtemp(join(tmpdir(), 'demo-'));
let cognito: CognitoLocal | undefined;
try {
  say('Starting cognito-local, a stand-in for Amazon Cognito, and making a user pool.');
  cognito = await startCognitoLocal();
  const users = await poolUsers();
  const pool = await makePool(cognito.url, { users: users.map(({ username }) => username), name: 'demo' });
  const signers = users.filter(({ username }) => SIGN_IN_AS.includes(username));
  const signIns = await signInsOf(cognito.url, pool, signers);

  const directory = runDirectory(join(work, 'run'));
  const mode = ['--generate', ...(temporary ? ['--temporary'] : [])];
  const lines = [
    ['run', 'samples/users.csv', '--pool-id', pool.poolId, ...mode],
    ['--rate', String(RATE), '--quota', String(RATE), '--endpoint-url', cognito.url, '--allow-http'],
    ['--yes', '--run-dir', directory.path],
  ];
  say(`\n$ cognito-bulk-reset ${lines.map((line) => line.join(' ')).join(' \\\n    ')}\n`);
  const exitCode = await runProgram(lines.flat());
  if (exitCode !== SOME_FAILED) {
    wrong.push(`the exit code is ${exitCode}, not ${SOME_FAILED}`);
  } else {
    const { byStatus, byError } = summarySchema.parse(JSON.parse(await readFile(directory.summary, 'utf8')));
    check(isDeepStrictEqual({ byStatus, byError }, EXPECTED), 'the counts of summary.json are others');
    await showReport(directory);

    const newPassword = await passwordsOf(directory, pool.poolId);
    const seen = { before: signIns.before, after: await signIns.after(newPassword) };
    say('\nThree of the users sign in (InitiateAuth), before the run and after it:\n');
    say(signInTable(seen, temporary));
    check(
      seen.after.length === SIGN_IN_AS.length && signInsAreRight(seen, temporary),
      'a sign-in came to something else',
    );
  }
  if (exitCode === INTERRUPTED) {
    say('\nThe demo was interrupted; it has left nothing behind.');
    process.exitCode = INTERRUPTED;
  } else {
    for (const what of wrong) say(`\nNot as it should be: ${what}.`);
    if (wrong.length === 0) say('\nEverything is as it should be. Next: your own pool, see README.md.');
    process.exitCode = wrong.length === 0 ? 0 : 1;
  }
} finally {
  await cognito?.stop();
  await rm(work, { recursive: true, force: true });
}

async function showReport(directory: RunDirectory): Promise<void> {
  const records = await reportRecords(directory.report);
  check(
    records.every(({ row }, index) => row === index + 1),
    "the report's rows are not in the file's order",
  );
  say('\nThe first lines of report.csv (its messages and times left out):\n');
  say(firstLines(records, 8));
  const starts = callStarts(records);
  const most = mostInOneSecond(starts);
  say(`\nCalls that started in each second; at most ${most} in any one, ${RATE} are allowed:\n`);
  say(paceBars(starts, RATE));
  check(most <= RATE, `${most} calls started in one second`);
}

/** A generated password is kept nowhere: it is derived again from the run's key. */
async function passwordsOf(directory: RunDirectory, poolId: string) {
  const { shape } = await readRunRecord(directory.record);
  const key = readRunKey(directory.key);
  if (shape === undefined) throw new Error('run.json holds no shape of passwords.');
  return ({ username, row }: { username: string; row: number }) =>
    derivePassword(key, { poolId, username, row }, shape);
}
