import type { CommandFacts, OptionFacts, ValueKind } from './command-facts.js';
import { quoted } from './quoted.js';

/** A completion for zsh: sourced, or as a file `_cognito-bulk-reset` in a directory of `fpath`. */
export function zshCompletion(program: string, commands: readonly CommandFacts[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `#compdef ${program}
# Completion of ${program} for zsh. In ~/.zshrc, after compinit:
#   source <(${program} completion zsh)
${name}() {
  local curcontext=$curcontext state line
  _arguments -C '(- *)'{-V,--version}'[output the version number]' '(- *)'{-h,--help}'[display help]' '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map((command) => `        ${quoted(`${command.name}:${command.description}`)}`).join('\n')}
      )
      _describe command commands
      ;;
    argument)
      case $words[1] in
${commands.map(caseOf).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function caseOf({ name, options, arguments: places }: CommandFacts): string {
  const specs = [
    ...options.map(optionSpec),
    ...places.map((place, index) => quoted(`${index + 1}:${escaped(place.name)}:${action(place)}`)),
  ];
  return `        ${name}) _arguments ${specs.join(' ')} ;;`;
}

function optionSpec({ long, description, value, repeatable }: OptionFacts): string {
  const text = `${repeatable ? '*' : ''}${long}[${escaped(description)}]`;
  if (value === undefined) return quoted(text);
  return quoted(`${text}${value.optional ? '::' : ':'}${escaped(value.name)}:${action(value)}`);
}

function action(value: ValueKind): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'own':
      return '';
  }
}

/** `_arguments` ends a description at a bracket, and a message at a colon. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}
