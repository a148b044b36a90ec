import { Command } from 'commander';
import { z } from 'zod';
import type { RunRequest } from '../run/request.js';
import { notifying } from './notify-options.js';
import { option } from './options.js';
import { type OutputOptions, outputOf, outputOptions, outputShape } from './output.js';
import { changedRequest } from './request-options.js';
import { addRunOptions, runShape } from './run-options.js';

const EXAMPLE = `
It asks the pool for all that "run" asked, in a run of its own with a key of its
own; what is given here is asked anew. It takes up errors of a service that was
down or did not answer, and the rows of a cancelled run. A row of which a later
step failed (--sign-out) is done from its first step: its user gets another
password once more.

Examples:
  $ cognito-bulk-reset retry runs/2026-11-23T201500Z-users
  $ cognito-bulk-reset retry runs/2026-11-23T201500Z-users --all-failed --rate 5
`;

const optionsSchema = z.object({ ...runShape, ...outputShape, allFailed: z.boolean().default(false) });

export function retryCommand(done: (exitCode: number) => void): Command {
  const command = new Command('retry')
    .description('Do the rows again that a run left undone or that failed for a while.')
    .argument('<run-dir>', 'the directory of a run that has ended')
    .addOption(option('--all-failed', 'every row that failed, whatever its error'));
  addRunOptions(command);
  for (const one of outputOptions()) command.addOption(one);
  for (const one of command.options) {
    one.makeOptionMandatory(false);
    // Help shows no default: what isn't given is as the run before had it.
    one.defaultValue = undefined;
  }
  return command.addHelpText('after', EXAMPLE).action(async (path: string) => {
    const { allFailed, yes, ...options } = optionsSchema.partial({ poolId: true }).parse(command.opts());
    const given = namesGivenTo(command);
    const change = (asked: RunRequest) => changedRequest(asked, only(options, given));
    // Loaded only now, as in `run`.
    const { retryRun } = await import('./retry-run.js');
    const { protect, recipient } = options;
    const asked = { allFailed, yes, protect, recipient, change };
    const work = (output: OutputOptions) => retryRun(path, { ...output, ...asked });
    done(await notifying(options, outputOf(options), work));
  });
}

/** What was said on the command line or in the environment; the defaults are those of the run before. */
function namesGivenTo(command: Command): Set<string> {
  return new Set(
    Object.keys(command.opts()).filter((name) =>
      ['cli', 'env'].includes(command.getOptionValueSource(name) ?? ''),
    ),
  );
}

function only<T extends object>(options: T, names: ReadonlySet<string>): Partial<T> {
  // Some of the properties of a T are a part of it.
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name))) as Partial<T>;
}
