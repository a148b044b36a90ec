import { Command } from 'commander';
import { z } from 'zod';
import { destroyKey } from '../run/destroy-key.js';
import { openRunDirectory } from '../run/directory.js';
import { lockRun } from '../run/lock.js';
import type { RunRecord } from '../run/record.js';
import { type Standing, standingOf } from '../run/standing.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { UsageError } from '../usage-error.js';
import { canAsk, yesOrNo } from './confirm.js';
import { ExitCode } from './exit-code.js';
import { option } from './options.js';

const EXAMPLE = `
The key is overwritten, synced and removed; then nobody can make the generated
passwords again. Copies elsewhere (a worker's, a backup, a snapshot, what a
flash disk has set aside) are out of its reach.

Example:
  $ cognito-bulk-reset shred-key runs/2026-11-23T201500Z-users
`;

const optionsSchema = z.object({ yes: z.boolean().default(false), force: z.boolean().default(false) });

export function shredKeyCommand(done: (exitCode: number) => void): Command {
  return new Command('shred-key')
    .description("Destroy a run's key: its generated passwords can't be made again.")
    .argument('<run-dir>', 'the directory of the run')
    .addOption(option('--yes', 'do not ask; needed without a terminal'))
    .addOption(option('--force', 'also of a run that has not finished, which then can’t be resumed'))
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, given: unknown) => {
      const { yes, force } = optionsSchema.parse(given);
      const directory = await openRunDirectory(path);
      const standing = await standingOf(directory);
      refuse(standing, force);
      if (!yes && !(await isSure(standing.record))) {
        process.stderr.write('The key is as it was.\n');
        return done(ExitCode.usage);
      }
      const lock = await lockRun(directory.lock, { takeOver: false });
      try {
        const { record } = await standingOf(directory);
        if (!(await destroyKey(directory, record))) {
          throw new UsageError(
            `${escapeForTerminal(directory.key)} is not there: the run's key was given by COGNITO_BULK_RESET_KEY_FILE, or was moved. Destroy it where it is.`,
          );
        }
      } finally {
        await lock.release();
      }
      process.stderr.write(`The key is destroyed: ${lost(standing.record)}. Copies elsewhere are not.\n`);
      done(ExitCode.succeeded);
    });
}

function refuse(standing: Standing, force: boolean): void {
  const { record } = standing;
  if (record.mode === 'discard' && standing.kind === 'finished' && standing.key === 'kept') {
    throw new UsageError('A --discard run that has finished has no key, and nobody has its passwords.');
  }
  if (standing.key === 'destroyed') {
    throw new UsageError(`The key of this run was destroyed already, at ${record.keyShreddedAt}.`);
  }
  if (standing.kind === 'live')
    throw new UsageError(`The run is under way in process ${standing.holder.pid}, which needs its key.`);
  if (standing.kind === 'unfinished' && standing.key === 'kept' && !force) {
    throw new UsageError(
      'The run has not finished, and without its key it can’t be resumed, only begun anew: finish or cancel it first, or add --force.',
    );
  }
}

/** What nobody can do any more without the key. */
function lost({ mode, input }: RunRecord): string {
  switch (mode) {
    case 'generate':
      return 'the passwords of this run can’t be made again';
    case 'password-column':
      return input.sealed === true
        ? 'the run’s copy of its passwords can’t be opened again'
        : 'only the file still has the passwords';
    case 'discard':
      return 'the run can’t be resumed';
  }
}

async function isSure(record: RunRecord): Promise<boolean> {
  if (!canAsk()) throw new UsageError('There is no terminal to ask on: add --yes.');
  const never = new AbortController().signal;
  return yesOrNo(`Destroy the key? Then ${lost(record)}. [y/N] `, never);
}
