import type { CommandFacts, OptionFacts, ValueKind } from './command-facts.js';
import { quoted } from './quoted.js';

/** A completion for bash, of 3.2 and newer (macOS has that): no package of its own is needed. */
export function bashCompletion(program: string, commands: readonly CommandFacts[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `# Completion of ${program} for bash. In ~/.bashrc:
#   source <(${program} completion bash)
${name}() {
  local IFS=$'\\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' i
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [[ $current == = ]]; then current=''
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${commands.map((command) => command.name).join(' | ')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command $previous" in
${commands.flatMap(valuesOf).join('\n')}
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W ${words([...commands.map((command) => command.name), '--version', '--help'])} -- "$current")) ;;
${commands.map(wordsOf).join('\n')}
  esac
}
complete -F ${name} ${program}
`;
}

/** What comes after an option that takes a value. */
function valuesOf({ name, options }: CommandFacts): string[] {
  return options.flatMap((option) =>
    option.value === undefined
      ? []
      : [
          `    ${namesOf(option)
            .map((one) => quoted(`${name} ${one}`))
            .join(' | ')}) ${offer(option.value)}${option.value.optional ? '' : 'return '};;`,
        ],
  );
}

function wordsOf({ name, options, arguments: places }: CommandFacts): string {
  const flags = `COMPREPLY=($(compgen -W ${words(options.flatMap(namesOf))} -- "$current"))`;
  const [place] = places;
  const values = place === undefined ? '' : offer(place);
  return `    ${name}) if [[ $current == -* || -z ${quoted(values)} ]]; then ${flags}; else ${values}:; fi ;;`;
}

function offer(value: ValueKind): string {
  switch (value.kind) {
    case 'words':
      return `COMPREPLY=($(compgen -W ${words(value.words)} -- "$current")); `;
    case 'file':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); ';
    case 'directory':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")); ';
    case 'own':
      return '';
  }
}

function namesOf({ long, short }: OptionFacts): string[] {
  return short === undefined ? [long] : [short, long];
}

function words(all: readonly string[]): string {
  return `$'${all.join('\\n')}'`;
}
