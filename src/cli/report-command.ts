import { Command } from 'commander';
import { ReportWriteError } from '../report/report-write-error.js';
import { openRunDirectory } from '../run/directory.js';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';

const EXAMPLE = `
A run makes it at its end. This makes it again, or in the midst of a run, of the
rows so far; the page says so. It prints the page's path.

Example:
  $ cognito-bulk-reset report runs/2026-11-23T201500Z-users
`;

export function reportCommand(done: (exitCode: number) => void): Command {
  return new Command('report')
    .description('Make report.html anew: the report of a run as a page to look at and to print.')
    .argument('<run-dir>', 'the directory of the run')
    .addHelpText('after', EXAMPLE)
    .action(async (path: string) => {
      const { remakePage } = await import('../run/report-page.js');
      const directory = await openRunDirectory(path);
      const notes = await remakePage(directory).catch((error: unknown) => {
        if (!(error instanceof ReportWriteError)) throw error;
        throw new UsageError(`${error.path} could not be written (${error.code}).`, { cause: error });
      });
      for (const note of notes) process.stderr.write(`${note}\n`);
      process.stdout.write(`${directory.page}\n`);
      done(ExitCode.succeeded);
    });
}
