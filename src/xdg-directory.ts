import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * A base directory of the XDG Base Directory Specification, which says that a variable that is empty counts as unset, and that
 * a relative path is to be ignored: it would be looked for in the directory that the program happens to be started in.
 *
 * @param fallback in the home directory
 */
export function xdgDirectory(variable: string | undefined, fallback: string): string {
  return variable !== undefined && isAbsolute(variable) ? variable : join(homedir(), fallback);
}
