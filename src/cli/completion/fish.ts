import type { CommandFacts, OptionFacts, ValueKind } from './command-facts.js';

/** A completion for fish, to be kept as `~/.config/fish/completions/cognito-bulk-reset.fish`. */
export function fishCompletion(program: string, commands: readonly CommandFacts[]): string {
  const complete = `complete -c ${program}`;
  return [
    `# Completion of ${program} for fish. Keep it:`,
    `#   ${program} completion fish > ~/.config/fish/completions/${program}.fish`,
    `${complete} -f`,
    `${complete} -n __fish_use_subcommand -s V -l version -d 'output the version number'`,
    `${complete} -n __fish_use_subcommand -s h -l help -d 'display help'`,
    ...commands.map(
      ({ name, description }) => `${complete} -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ),
    ...commands.flatMap(({ name, options, arguments: places }) => {
      const here = `${complete} -n '__fish_seen_subcommand_from ${name}'`;
      return [
        ...options.map((option) => `${here} ${optionOf(option)}`),
        ...places.slice(0, 1).flatMap((place) => {
          const offered = offer(place);
          return offered === '' ? [] : [`${here} ${offered}`];
        }),
      ];
    }),
    '',
  ].join('\n');
}

function optionOf({ long, short, description, value }: OptionFacts): string {
  const parts = [
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    '-l',
    long.slice(2),
    // -x: a value, and no file in its place.
    ...(value === undefined || value.optional ? [] : [value.kind === 'file' ? '-r' : '-x', offer(value)]),
    '-d',
    quoted(description),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function offer(value: ValueKind): string {
  switch (value.kind) {
    case 'words':
      return `-a ${quoted(value.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'directory':
      return "-a '(__fish_complete_directories)'";
    case 'own':
      return '';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
