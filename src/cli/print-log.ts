import { isatty } from 'node:tty';
import { escapeForTerminal } from '../report/terminal-text.js';

/** With --verbose: lines of the log on standard error, for people. Undefined without it. */
export async function logPrinter(verbose: boolean): Promise<((line: string) => void) | undefined> {
  if (!verbose) return undefined;
  // Loaded only by who asks for it.
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: isatty(2) && (process.env.NO_COLOR ?? '') === '',
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,run',
    singleLine: true,
  });
  return (line) => process.stderr.write(pretty(JSON.parse(line, escaped)));
}

/** Nothing in a value moves the terminal, or makes a line of its own. */
function escaped(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? escapeForTerminal(value) : value;
}
