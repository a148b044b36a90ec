import { fileURLToPath } from 'node:url';
import { withoutUrlPasswords } from '../queue/url-passwords.js';

/** Where this program's own code is, apart from what it depends on. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));
const CAUSES_SHOWN = 4;

/**
 * An error that nobody foresaw, for the person who reports it: its name, where it comes from, and its causes. Its message
 * only if it is this program's own, or the system's: a library's may quote what it worked on, which can be a row with its
 * password.
 */
export function faultText(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return `something else than an Error (${typeof error})`;
  const frames = framesOf(error);
  const message = isOurs(error, frames) ? `: ${withoutUrlPasswords(error.message)}` : '';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code.slice(0, 60)})` : '';
  const own = `${error.name.slice(0, 60)}${code}${message}\n${frames.join('\n')}`;
  if (error.cause === undefined || depth >= CAUSES_SHOWN) return own;
  return `${own}\ncaused by ${faultText(error.cause, depth + 1)}`;
}

function isOurs(error: Error, [first = '']: string[]): boolean {
  const isSystems = 'syscall' in error && typeof error.syscall === 'string';
  return isSystems || (first.includes(OWN) && !first.includes('/node_modules/'));
}

function framesOf({ stack = '', message }: Error): string[] {
  // A message may span lines, and look like frames.
  const end = message === '' ? 0 : stack.indexOf(message) + message.length;
  return stack
    .slice(end)
    .split('\n')
    .filter((line) => /^ +at /.test(line));
}
