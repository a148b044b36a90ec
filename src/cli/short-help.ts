import { type Command, Help, type Option } from 'commander';
import { explain } from './completion/command-facts.js';

/** Options that --help leaves to --help-all: for the few who need them, or the same as others in another way. */
const RARE = new Set(
  [
    ['--length', '--alphabet', '--column', '--no-header', '--delimiter', '--sign-out-rate', '--quota'],
    ['--include-federated', '--include-unconfirmed', '--concurrency', '--canary-failures'],
    ['--endpoint-url', '--allow-http', '--region', '--profile', '--price-per-mau', '--findings'],
    ['--progress', '--plain', '--verbose', '--quiet', '--metrics', '--webhook', '--recipient'],
  ].flat(),
);
/** Commands whose options are more than a screen has lines. */
const LONG = 24;

export const HELP_ALL = '--help-all';

/** Help as it is configured for every command: on one screen, unless all of it is asked for. */
export function configuredHelp(all: boolean): Partial<Help> {
  return {
    optionDescription: explain,
    formatHelp: (command: Command, helper: Help) => {
      const options = helper.visibleOptions(command);
      if (all || options.length < LONG) return Help.prototype.formatHelp.call(helper, command, helper);
      const rare = ({ long }: Option) => RARE.has(long ?? '');
      const short: Help = Object.create(helper);
      short.visibleOptions = () => options.filter((option) => !rare(option));
      const left = options.filter(rare).length;
      return `${Help.prototype.formatHelp.call(short, command, short)}\nAnd ${left} more: ${HELP_ALL} shows them.\n`;
    },
  };
}
