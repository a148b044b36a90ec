import { isatty } from 'node:tty';

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
  return (line) => process.stderr.write(pretty(withoutControls(line)));
}

/** An escape or a line break in a value stays the text that JSON makes of it, and moves no terminal. */
function withoutControls(line: string): string {
  return line.replaceAll(
    /\\(\\|"|\/|u[0-9a-f]{4}|[bfnrt])|[\u007f-\u009f]/g,
    (found, escape: string | undefined) => {
      if (escape === undefined) return `\\\\u00${found.charCodeAt(0).toString(16)}`;
      return ['\\', '"', '/'].includes(escape) ? found : `\\${found}`;
    },
  );
}
