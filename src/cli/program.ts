import { Command } from 'commander';
import { lookForCarelessness } from './careless.js';
import { credentialsCommand } from './credentials-command.js';
import { reportCommand } from './report-command.js';
import { retryCommand } from './retry-command.js';
import { resumeCommand } from './resume-command.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { cancelCommand } from './cancel-command.js';
import { completionCommand } from './completion-command.js';
import { enableCommand } from './enable-command.js';
import { exportCommand } from './export-command.js';
import { pauseCommand } from './pause-command.js';
import { planCommand } from './plan-command.js';
import { runCommand } from './run-command.js';
import { setRateCommand } from './set-rate-command.js';
import { configuredHelp, HELP_ALL } from './short-help.js';
import { shredKeyCommand } from './shred-key-command.js';
import { statusCommand } from './status-command.js';
import { withoutUrlPasswords } from '../queue/url-passwords.js';
import { VERSION } from '../version.js';
import { verifyCommand } from './verify-command.js';
import { workerCommand } from './worker-command.js';

/** A flag's variable set to one of these means the flag is not given; Commander takes any value for given. */
const NOT_GIVEN = new Set(['', '0', 'false', 'no']);

/** Parses a command line and runs its command. Answers the exit code; throws CommanderError and UsageError. */
export async function program(argv: readonly string[]): Promise<number> {
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith('COGNITO_BULK_RESET_') && NOT_GIVEN.has(value ?? '')) delete process.env[name];
  }
  let code = 0;
  const done = (exitCode: number) => {
    code = exitCode;
  };
  const root = createProgram(done, { all: argv.includes(HELP_ALL) });
  await root.parseAsync(argv.map((word) => (word === HELP_ALL ? '--help' : word)));
  return code;
}

/** All commands; `done` hears the exit code of the one that is run. With `all`, help leaves no option out. */
export function createProgram(done: (exitCode: number) => void, { all = false } = {}): Command {
  const root = new Command('cognito-bulk-reset')
    .description('Reset the passwords of many Amazon Cognito users, with a report line for every row.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES);
  for (const command of [
    planCommand(done),
    exportCommand(done),
    runCommand(done),
    resumeCommand(done),
    statusCommand(done),
    reportCommand(done),
    verifyCommand(done),
    pauseCommand(done),
    setRateCommand(done),
    cancelCommand(done),
    enableCommand(done),
    retryCommand(done),
    credentialsCommand(done),
    shredKeyCommand(done),
    workerCommand(done),
    completionCommand(done),
  ])
    root.addCommand(command);
  root.hook('preAction', (_, command) => lookForCarelessness(command, process.env));
  for (const command of [root, ...root.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp(configuredHelp(all))
      .configureOutput({ outputError: (text, write) => write(inOneLine(text)) });
  }
  return root;
}

/** Commander's errors like this program's own: its suggestion would come on a line of its own. */
function inOneLine(text: string): string {
  const line = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  return `cognito-bulk-reset: ${escapeForTerminal(withoutUrlPasswords(line))}\n`;
}

const EXIT_CODES = `
Exit codes: 0 every row succeeded; 1 finished, some rows failed or were skipped;
  2 usage or input, nothing was sent; 3 stopped, resume it;
  130 interrupted, resume it.

Start with:
  cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate
`;
