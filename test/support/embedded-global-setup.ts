import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CACHE } from './program.js';

const HOOKS = new URL('stand-in/ts-hooks.mjs', import.meta.url).href;
const PREPARE = fileURLToPath(new URL('prepare-embedded.ts', import.meta.url));

/** The embedded queue is prepared once, before five tests at the same time find that it is not. */
export async function setup(): Promise<void> {
  process.env.XDG_CACHE_HOME = CACHE;
  await promisify(execFile)(process.execPath, ['--import', HOOKS, PREPARE]);
}
