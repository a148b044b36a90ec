import { resolve } from 'node:path';
import { escapeForTerminal } from '../report/terminal-text.js';
import type { PreparedRun } from '../run/prepare.js';
import { clockTime, count, duration } from './words.js';

/** The one screen before the first call: what will happen to whom, how long it takes and where it is written down. */
export function planScreen(run: PreparedRun, runDirectory: string, now: Date): string {
  const { request, manifest, pool, location } = run;
  const seconds = manifest.estimatedRows / run.rate;
  const finish = new Date(now.getTime() + seconds * 1000);
  const rows = `${manifest.exactRows ? '' : 'about '}${count(manifest.estimatedRows)}`;
  const lines: [string, string][] = [
    [
      'File',
      `${request.file === '-' ? 'standard input' : request.file}, ${rows} rows, column "${manifest.usernameColumn.name}"`,
    ],
    [
      'User pool',
      `${pool.name} (${pool.id})${pool.estimatedUsers === undefined ? '' : `, about ${count(pool.estimatedUsers)} users`}`,
    ],
    ['Passwords', passwords(run)],
    ['Users then', statusAfter(run)],
    ['Rate', `${run.rate} calls a second, ${run.concurrency} at once`],
    ['Takes', `${duration(seconds)}, until ${clockTime(finish)}`],
    ['Queue', location.kind === 'embedded' ? 'embedded, in the run directory' : location.shown],
    ['Endpoint', run.endpoint ?? `AWS, ${run.region}`],
    ['Report', `${resolve(runDirectory)}/report.csv`],
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(11)}${escapeForTerminal(text)}`).join('\n');
  return `${body}\n\n`;
}

function passwords({ request, shape, entropyBits }: PreparedRun): string {
  switch (request.mode) {
    case 'generate':
      return `generated, ${shape?.length} characters, ${Math.floor(entropyBits ?? 0)} bits`;
    case 'password-column':
      return `from the column "${request.passwordColumn}"`;
    case 'discard':
      return 'random, kept by nobody';
  }
}

function statusAfter({ request, pool }: PreparedRun): string {
  if (!request.permanent) {
    const days = pool.policy.temporaryPasswordValidityDays;
    return `must choose a new password at the next sign-in, within ${days} day${days === 1 ? '' : 's'} (temporary)`;
  }
  return request.mode === 'discard'
    ? 'can sign in only after a password reset; sessions that are open stay open (permanent)'
    : 'sign in with the new password (permanent)';
}
