import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** From package.json, which stands two folders above the built file and above the source alike. */
function readVersion(): string {
  for (const up of ['../../../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8');
      return z.object({ name: z.literal('cognito-bulk-reset'), version: z.string() }).parse(JSON.parse(text))
        .version;
    } catch {
      // The other one.
    }
  }
  return '0.0.0';
}

export const VERSION = readVersion();
