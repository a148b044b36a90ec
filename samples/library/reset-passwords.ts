/**
 * A migration in a few lines: everyone in a file gets the password of its column, and who could not is listed.
 *
 *   node reset-passwords.ts users.csv eu-west-1_AbCdEf123
 *
 * Ctrl-C ends it between users; the same command goes on where it ended. When the run has finished there is nothing to go
 * on with, and the same command throws a UsageError: name another directory for the next one.
 */
import { existsSync } from 'node:fs';
import { resetPasswords, resumePasswords, RunInterruptedError, RunStoppedError } from 'cognito-bulk-reset';

const [, , users = 'users.csv', poolId = ''] = process.argv;
const runDirectory = 'runs/migration';
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

const settings = {
  signal: interrupted.signal,
  onWarning: (text: string) => console.error(`warning: ${text}`),
};
const run = existsSync(runDirectory)
  ? resumePasswords(runDirectory, settings)
  : resetPasswords({
      ...settings,
      users,
      poolId,
      passwords: { kind: 'column', name: 'password' },
      rate: 25,
      runDirectory,
      // For a try without AWS; leave both out.
      ...(process.env.ENDPOINT === undefined ? {} : { endpoint: process.env.ENDPOINT, allowHttp: true }),
    });

try {
  for await (const outcome of run) {
    if (outcome.status !== 'succeeded') console.log(`${outcome.line}: ${outcome.username}: ${outcome.error}`);
  }
  const { rows, byStatus } = await run.summary;
  console.log(
    `${byStatus.succeeded} of ${rows} users have their passwords; the report is in ${run.runDirectory}`,
  );
} catch (error) {
  process.exitCode = 3;
  if (error instanceof RunStoppedError) console.error(`${error.message}\n${error.advice}`);
  else if (error instanceof RunInterruptedError) console.error(error.message);
  else throw error;
}
