import { Command } from 'commander';
import { withCommas } from '../with-commas.js';
import { ask, openLiveRun } from './ask-run.js';
import { ExitCode } from './exit-code.js';

const EXAMPLE = `
Calls in flight finish, and then no worker sends any more, on this host or
another. The run's process stays. If it is ended while it is paused, "resume"
starts it again.

Example:
  $ cognito-bulk-reset pause runs/2026-11-23T201500Z-users
  $ cognito-bulk-reset resume runs/2026-11-23T201500Z-users
`;

export function pauseCommand(done: (exitCode: number) => void): Command {
  return new Command('pause')
    .description('Pause a live run; "resume" lets it go on.')
    .argument('<run-dir>', 'the directory of the run')
    .addHelpText('after', EXAMPLE)
    .action(async (path: string) => {
      const { directory } = await openLiveRun(path);
      const snapshot = await ask(directory, { paused: true }, ({ state }) => state === 'paused');
      process.stderr.write(
        `Paused after ${withCommas(snapshot.done)} rows. Let it go on with:\n  cognito-bulk-reset resume ${path}\n`,
      );
      done(ExitCode.succeeded);
    });
}
