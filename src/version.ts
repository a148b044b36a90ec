import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const packageSchema = z.object({ name: z.literal('cognito-bulk-reset'), version: z.string() });

/** package.json stands one folder above the source, and two above the built file. */
function findPackage(): { directory: string; version: string } {
  for (const up of ['../../', '../']) {
    const directory = new URL(up, import.meta.url);
    try {
      const text = readFileSync(new URL('package.json', directory), 'utf8');
      return { directory: fileURLToPath(directory), version: packageSchema.parse(JSON.parse(text)).version };
    } catch {
      // The other one.
    }
  }
  return { directory: fileURLToPath(new URL('../../', import.meta.url)), version: '0.0.0' };
}

export const { directory: PACKAGE_DIRECTORY, version: VERSION } = findPackage();
