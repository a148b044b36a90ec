import { type CredentialsSource, credentialRows } from '../credentials/credential-rows.js';
import { encryptRows } from '../credentials/encrypt-rows.js';
import { encrypterFor, encrypterWith, readRecipients } from '../credentials/recipients.js';
import { sha256OfFile } from '../sha256-of.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { openRunDirectory, type RunDirectory } from '../run/directory.js';
import type { RunRecord } from '../run/record.js';
import { type Standing, standingOf } from '../run/standing.js';
import { UsageError } from '../usage-error.js';
import { askPassphrase } from './ask-passphrase.js';
import { keyOfRun, refuseDestroyedKey } from '../run/key-source.js';
import { withCommas } from '../with-commas.js';
import { checkOutput, writeNewOutput, writeOutput } from './output-file.js';

/** What was asked for on the command line. */
interface Options {
  recipient: readonly string[];
  passphrase: boolean;
  /** A file, or - for standard output. */
  output: string;
  plaintext: boolean;
  iUnderstandThisWritesPlaintextPasswords: boolean;
  force: boolean;
}

/** `credentials`: makes the passwords of the rows that succeeded again, and writes them for whoever must have them. */
export async function handOutCredentials(path: string, options: Options): Promise<void> {
  refuseContradictions(options);
  const recipients = await readRecipients(options.recipient);
  const directory = await openRunDirectory(path);
  const standing = await standingOf(directory);
  await checkOutput(options.output, { force: options.force, isText: options.plaintext });
  const source = await sourceOf(standing, directory);

  let users = 0;
  const rows = credentialRows(source, (more) => {
    users += more;
  });
  if (options.plaintext) {
    await writeNewOutput(options.output, rows, options.force);
  } else {
    const encrypter = options.passphrase ? encrypterWith(await askPassphrase()) : encrypterFor(recipients);
    await writeOutput(options.output, await encryptRows(rows, encrypter));
  }
  process.stderr.write(said(users, standing, options, recipients));
}

function refuseContradictions(options: Options): void {
  const { recipient, passphrase, plaintext, iUnderstandThisWritesPlaintextPasswords: understood } = options;
  const ways = [recipient.length > 0, passphrase, plaintext].filter(Boolean).length;
  if (ways === 0) {
    throw new UsageError(
      'Say who may read the passwords: --recipient <age1…, ssh-… or a file of them>, or --passphrase.',
    );
  }
  // age opens a file for whoever has the passphrase, or for its recipients, never both.
  if (ways > 1) throw new UsageError('--recipient, --passphrase and --plaintext do not go together.');
  if (plaintext && !understood) {
    throw new UsageError(
      '--plaintext writes passwords for anyone to read who comes by the file. If they must be, add ' +
        '--i-understand-this-writes-plaintext-passwords; better encrypt them to a --recipient.',
    );
  }
  if (understood && !plaintext)
    throw new UsageError('--i-understand-this-writes-plaintext-passwords goes with --plaintext only.');
}

/** @throws UsageError when nobody can make the passwords again, with where they are */
async function sourceOf(standing: Standing, directory: RunDirectory): Promise<CredentialsSource> {
  const { record } = standing;
  const shape = shapeOf(record);
  if (
    standing.kind === 'finished' &&
    (await sha256OfFile(directory.report).catch(() => undefined)) !== standing.summary.reportSha256
  ) {
    throw new UsageError(
      `${directory.report} is not as the run left it, and a changed row would get a password that was never set: put the file back.`,
    );
  }
  refuseDestroyedKey(record, directory);
  const key = keyOfRun(record, directory);
  return { report: directory.report, poolId: record.pool.id, key, shape };
}

function shapeOf({ mode, shape, input }: RunRecord): CredentialsSource['shape'] {
  if (mode === 'discard') {
    throw new UsageError(
      'Nobody has the passwords of this run (--discard): each was random, sent and forgotten. A user comes back in by a password reset of their own.',
    );
  }
  if (mode === 'password-column') {
    throw new UsageError(
      input.sealed === true
        ? 'The passwords of this run came from standard input: whoever piped them in has them.'
        : `The passwords of this run came from a file and were kept nowhere else: they are in ${escapeForTerminal(input.path)}, column ${JSON.stringify(input.passwordColumn)}.`,
    );
  }
  if (shape === undefined) throw new Error('run.json has no shape for the generated passwords.');
  return shape;
}

function said(
  users: number,
  { kind, record }: Standing,
  { output, plaintext, passphrase }: Options,
  recipients: readonly string[],
): string {
  const where = output === '-' ? 'standard output' : escapeForTerminal(output);
  const how = plaintext
    ? 'in the clear: delete it as soon as it is used'
    : passphrase
      ? 'encrypted with the passphrase'
      : `encrypted to ${recipients.length === 1 ? 'one recipient' : `${recipients.length} recipients`}`;
  const days = record.pool.policy.temporaryPasswordValidityDays;
  const lines = [
    `The passwords of ${withCommas(users)} ${users === 1 ? 'user' : 'users'} are in ${where}, ${how}.`,
    ...(kind === 'finished' ? [] : ['The run has not finished: these are the rows that succeeded so far.']),
    ...(record.permanent
      ? []
      : [`They are temporary, and expire ${days} ${days === 1 ? 'day' : 'days'} after they were set.`]),
    'It is for programs: a spreadsheet would take some passwords for formulas; import its columns as text.',
  ];
  return `${lines.join('\n')}\n`;
}
