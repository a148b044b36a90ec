import type { Argument, Command, Option } from 'commander';

/** What a shell can offer in the place of a value. */
export type ValueKind =
  { kind: 'words'; words: readonly string[] } | { kind: 'file' } | { kind: 'directory' } | { kind: 'own' };

export interface OptionFacts {
  /** `--pool-id`. */
  long: string;
  short: string | undefined;
  description: string;
  /** The description as help shows it, with its choices and its default. */
  explained: string;
  /** Absent for a flag. */
  value: (ValueKind & { name: string; optional: boolean }) | undefined;
  repeatable: boolean;
}

export interface CommandFacts {
  name: string;
  description: string;
  options: OptionFacts[];
  arguments: (ValueKind & { name: string; description: string })[];
}

/** The commands and options as Commander knows them, for completion and the man page: what help shows, and nothing else. */
export function commandFacts(command: Command): CommandFacts {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionFacts),
    arguments: command.registeredArguments.map((argument) => ({
      ...valueKind(argument.name(), argument.argChoices),
      name: argument.name(),
      description: argument.description,
    })),
  };
}

/** The commands that help lists, Commander's own `help` among them. */
export function commandsOf(root: Command): CommandFacts[] {
  return root.createHelp().visibleCommands(root).map(commandFacts);
}

function optionFacts(option: Option): OptionFacts {
  const name = /[<[]([^>\]]+)/.exec(option.flags)?.[1];
  return {
    long: option.long ?? option.flags,
    short: option.short,
    description: option.description,
    explained: explain(option),
    value:
      name === undefined
        ? undefined
        : { ...valueKind(name, option.argChoices), name, optional: option.optional },
    repeatable: option.description.endsWith('repeatable'),
  };
}

/** Commander would repeat the variable's name behind each option; one sentence says it for all. */
export function explain({ description, defaultValue, argChoices }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(' or ')}`;
  const shown = typeof defaultValue === 'number' ? ` (default: ${defaultValue})` : '';
  return `${description}${choices}${shown}`;
}

/** By the name that help gives a value: the same word for the same thing everywhere. */
function valueKind(name: string, choices: Argument['argChoices']): ValueKind {
  if (choices !== undefined) return { kind: 'words', words: choices };
  if (name.endsWith('dir')) return { kind: 'directory' };
  if (name === 'file' || name.endsWith('.csv') || name === 'key') return { kind: 'file' };
  return { kind: 'own' };
}
