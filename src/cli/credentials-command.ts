import { Command, Option } from 'commander';
import { z } from 'zod';
import { ExitCode } from './exit-code.js';
import { collected, option } from './options.js';

const EXAMPLE = `
Columns: username,password,row, of the rows that succeeded. The passwords are
made again from the run's key (COGNITO_BULK_RESET_KEY_FILE, or run.key in the
run directory); in the clear they never touch the disk. All values are exact, so
the file is for programs: a spreadsheet would run some of them as formulas.

Examples:
  $ cognito-bulk-reset credentials runs/2026-11-23T201500Z-users \\
      -o creds.csv.age --recipient \\
      age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  $ cognito-bulk-reset credentials runs/2026-11-23T201500Z-users \\
      -o - --recipient ~/.ssh/id_ed25519.pub | ssh vault 'cat >creds.csv.age'
  $ age --decrypt -i ~/.ssh/id_ed25519 creds.csv.age
`;

const WORDS = '--i-understand-this-writes-plaintext-passwords';

const optionsSchema = z.object({
  recipient: z.array(z.string()).default([]),
  passphrase: z.boolean().default(false),
  output: z.string(),
  plaintext: z.boolean().default(false),
  iUnderstandThisWritesPlaintextPasswords: z.boolean().default(false),
  force: z.boolean().default(false),
});

export function credentialsCommand(done: (exitCode: number) => void): Command {
  return (
    new Command('credentials')
      .description('Write the generated passwords of a run, encrypted with age.')
      .argument('<run-dir>', 'the directory of the run')
      .addOption(recipientOption())
      .addOption(option('--passphrase', 'encrypt with a passphrase, asked for on the terminal'))
      .addOption(
        option('-o, --output <file>', 'where to write it, or - for standard output').makeOptionMandatory(),
      )
      .addOption(option('--force', 'overwrite the file'))
      .addOption(new Option('--plaintext', `do not encrypt (needs ${WORDS})`))
      // No variable for these words: whoever writes passwords in the clear says so each time.
      .addOption(new Option(WORDS).hideHelp())
      .addHelpText('after', EXAMPLE)
      .action(async (path: string, given: unknown) => {
        const options = optionsSchema.parse(given);
        // Loaded only now, as in `run`.
        const { handOutCredentials } = await import('./hand-out-credentials.js');
        await handOutCredentials(path, options);
        done(ExitCode.succeeded);
      })
  );
}

/** `run` has it too. */
export function recipientOption(): Option {
  return option(
    '--recipient <key>',
    'encrypt to age1…, an ssh-… public key, or the keys in a file; repeatable',
  ).argParser(collected);
}
