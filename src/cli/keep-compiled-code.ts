import { mkdirSync, statSync } from 'node:fs';
// Not by the name of what is used, which Node 20 has not: `checkNode` is to be heard first.
import module from 'node:module';
import { join } from 'node:path';
import { userCache } from '../user-cache.js';

/**
 * Node keeps what V8 has compiled of each file (https://nodejs.org/api/module.html#module-compile-cache), for later starts.
 * It is code that will be run, so it may lie only where nobody else can write: `sudo` may have left the home directory of
 * another user. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function keepCompiledCode(): void {
  const directory = join(userCache(), 'compiled');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(directory);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) module.enableCompileCache(directory);
  } catch {
    // A home that can't be written to only costs the time.
  }
}
