import type { Command } from 'commander';
import { commandFacts, type CommandFacts, type OptionFacts } from './completion/command-facts.js';

/** The man page (section 1, in roff's `man` macros) of all commands, made of what their help says. */
export function manPage(root: Command, version: string): string {
  const help = root.createHelp();
  const commands = help.visibleCommands(root).filter((command) => command.name() !== 'help');
  return [
    `.TH ${root.name().toUpperCase()} 1 "" "${root.name()} ${version}" "User Commands"`,
    '.SH NAME',
    text(`${root.name()} - ${lowerFirst(root.description()).replace(/\.$/, '')}`),
    '.SH SYNOPSIS',
    '.nf',
    ...commands.map((command) => `\\fB${text(root.name())}\\fR ${text(synopsis(commandFacts(command)))}`),
    '.fi',
    '.SH DESCRIPTION',
    text(DESCRIPTION),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [...sectionOf(commandFacts(command)), ...verbatim(afterHelp(command))]),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, text(meaning)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => ['.TP', `.B ${text(name)}`, text(meaning)]),
    '.SH FILES',
    ...FILES.flatMap(([path, meaning]) => ['.TP', `.I ${text(path)}`, text(meaning)]),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([what, command]) => ['.PP', text(what), ...verbatim(`  ${command}`)]),
    '',
  ].join('\n');
}

const DESCRIPTION =
  'Usernames come from a CSV file, go into a queue, and are given new passwords with AdminSetUserPassword, within its quota. A report says for every row what happened. Whenever it ends, resume goes on where the report ends.';

const EXIT_STATUS = [
  ['0', 'Every row succeeded.'],
  ['1', 'It finished, and some rows failed or were skipped.'],
  ['2', 'Usage or input; nothing was sent.'],
  ['3', 'It stopped; mend what it says and resume it.'],
  ['130', 'It was interrupted; resume it.'],
] as const;

const ENVIRONMENT = [
  ['COGNITO_BULK_RESET_*', 'Every option has one: COGNITO_BULK_RESET_POOL_ID is --pool-id.'],
  ['COGNITO_BULK_RESET_KEY_FILE', "The file of the run's key, where it is not run.key in the run directory."],
  [
    'COGNITO_BULK_RESET_LOG_LEVEL',
    'Of run.log: trace, debug, info (the default), warn, error, fatal or silent.',
  ],
  ['AWS_PROFILE, AWS_ACCESS_KEY_ID, ...', "Credentials, found as the AWS SDK's own chain finds them."],
  ['NO_COLOR', 'No colours.'],
] as const;

const FILES = [
  ['runs/<time>-<file>/report.csv', 'What happened, a line for each row.'],
  ['runs/<time>-<file>/report.html', 'The same to look at.'],
  ['runs/<time>-<file>/failed.csv', 'The rows to run again.'],
  ['runs/<time>-<file>/summary.json', 'The counts, and the SHA-256 of input and report.'],
  ['runs/<time>-<file>/run.json', 'What was asked.'],
  ['runs/<time>-<file>/run.key', "The run's key: whoever has it can make the generated passwords again."],
  ['runs/<time>-<file>/run.log', 'JSON lines, one for each outcome.'],
  ['~/.config/cognito-bulk-reset/config.json', '{"protect": [...]}: users who are never reset.'],
  ['/etc/cognito-bulk-reset/config.json', 'The same, for everyone on this host.'],
  ['~/.cache/cognito-bulk-reset', 'A prepared embedded queue and compiled code; it may be deleted.'],
] as const;

const EXAMPLES = [
  [
    'Look at the file and the pool first; nothing is sent:',
    'cognito-bulk-reset plan users.csv --pool-id eu-west-1_AbCdEf123',
  ],
  [
    'Give everyone in the file a generated password:',
    'cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate',
  ],
  ['Go on with a run that was ended:', 'cognito-bulk-reset resume runs/2026-11-23T201500Z-users'],
] as const;

function synopsis({ name, options, arguments: places }: CommandFacts): string {
  return [
    name,
    ...(options.length > 1 ? ['[options]'] : []),
    ...places.map((place) => `<${place.name}>`),
  ].join(' ');
}

function sectionOf(facts: CommandFacts): string[] {
  return [
    `.SS ${text(synopsis(facts))}`,
    text(facts.description),
    ...facts.options.filter(({ long }) => long !== '--help').flatMap(optionOf),
  ];
}

function optionOf({ long, short, explained, value }: OptionFacts): string[] {
  const names = short === undefined ? long : `${short}, ${long}`;
  const shown = value === undefined ? '' : value.optional ? ` [${value.name}]` : ` <${value.name}>`;
  return ['.TP', `.B ${text(`${names}${shown}`)}`, text(explained)];
}

/** What a command's help says below its options. */
function afterHelp(command: Command): string {
  let all = '';
  command.configureOutput({ writeOut: (part) => (all += part) }).outputHelp();
  return all.slice(command.helpInformation().length).trim();
}

/** As it is, its lines kept. */
function verbatim(block: string): string[] {
  return block === '' ? [] : ['.PP', '.nf', ...block.split('\n').map(text), '.fi'];
}

/**
 * A minus that stays one when it is copied, a backslash that is one, no line that roff takes for a request, and nothing but
 * ASCII (`man 7 groff_char`).
 */
function text(line: string): string {
  return line
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll(/[^ -~]/gu, (letter) => `\\[u${hex(letter)}]`)
    .replace(/^([.'])/, String.raw`\&$1`);
}

function hex(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
