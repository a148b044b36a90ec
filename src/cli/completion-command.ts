import { Argument, Command } from 'commander';
import { z } from 'zod';
import { bashCompletion } from './completion/bash.js';
import { commandsOf } from './completion/command-facts.js';
import { fishCompletion } from './completion/fish.js';
import { zshCompletion } from './completion/zsh.js';
import { ExitCode } from './exit-code.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const shellSchema = z.enum(['bash', 'zsh', 'fish']);

const EXAMPLES = `
In the file that your shell reads at its start:
  source <(cognito-bulk-reset completion bash)   in ~/.bashrc
  source <(cognito-bulk-reset completion zsh)    in ~/.zshrc, after compinit
  cognito-bulk-reset completion fish | source    in ~/.config/fish/config.fish
`;

/** The scripts know all that help shows, and start no process for a Tab. */
export function completionCommand(done: (exitCode: number) => void): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options in your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shellSchema.options))
    .addHelpText('after', EXAMPLES)
    .action((given: unknown, _options: unknown, command: Command) => {
      const root = command.parent ?? command;
      process.stdout.write(SHELLS[shellSchema.parse(given)](root.name(), commandsOf(root)));
      done(ExitCode.succeeded);
    });
}
