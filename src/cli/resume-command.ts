import { Command } from 'commander';
import { z } from 'zod';
import { notifying, notifyOptions, notifyShape } from './notify-options.js';
import { option } from './options.js';
import { type OutputOptions, outputOf, outputOptions, outputShape } from './output.js';
import { protectOption } from './request-options.js';
import { safetyOptionsOfResume, safetyShapeOfResume } from './safety-options.js';

const EXAMPLE = `
Example:
  $ cognito-bulk-reset resume runs/2026-11-23T201500Z-users
`;

const optionsSchema = z.object({
  queue: z.string().optional(),
  profile: z.string().optional(),
  ...safetyShapeOfResume,
  protect: z.array(z.string()).default([]),
  takeOver: z.boolean().default(false),
  ...notifyShape,
  ...outputShape,
});

export function resumeCommand(done: (exitCode: number) => void): Command {
  const command = new Command('resume')
    .description(
      'Go on with a run that was paused, stopped, interrupted or killed. What was asked is in its run.json.',
    )
    .argument('<run-dir>', 'the directory of the run')
    .addOption(option('--queue <url>', "the queue's URL, if it has a password (run.json keeps none)"))
    .addOption(option('--profile <name>', 'profile of the AWS configuration, if it is another now'))
    .addOption(protectOption())
    .addOption(option('--take-over', 'take the run from another host, whose process is dead'));
  for (const one of [...safetyOptionsOfResume(), ...notifyOptions(), ...outputOptions()])
    command.addOption(one);
  return command.addHelpText('after', EXAMPLE).action(async (path: string, given: unknown) => {
    const options = optionsSchema.parse(given);
    // Loaded only now, as in `run`.
    const { resumeRun } = await import('./resume-run.js');
    const work = (output: OutputOptions) => resumeRun(path, { ...options, ...output });
    done(await notifying(options, outputOf(options), work));
  });
}
