import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Wanted {
  /** What the tests want it for: "No Redis to test with." */
  what: string;
  /** Programs, any of which will do. */
  programs: readonly string[];
  /** The Debian package that has one of them. */
  debianPackage: string;
  /** How a person gets one, in a sentence. */
  howToGetOne: string;
  /** Run after an installation. */
  afterInstall?: () => void;
}

/** The path of a program; on Debian and as root its package is installed first if there is none. */
export function programOrInstall(wanted: Wanted): string {
  const { what, programs, debianPackage, howToGetOne } = wanted;
  const found = onPath(programs);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`No ${what}. ${howToGetOne}`);
  try {
    install(debianPackage);
  } catch (error) {
    throw new Error(`No ${what}, and apt-get could not install one. ${howToGetOne}`, { cause: error });
  }
  wanted.afterInstall?.();
  const installed = onPath(programs);
  if (installed === undefined) throw new Error(`apt-get installed no ${programs[0]}. ${howToGetOne}`);
  return installed;
}

function onPath(programs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => programs.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(debianPackage: string): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update'], { env, stdio: 'pipe' });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', debianPackage], {
    env,
    stdio: 'pipe',
  });
}
