import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Puts the built program where npx looks first, and the file to reset beside it. */
export async function linkProgram(directory: string, csv: string): Promise<void> {
  const bin = join(directory, 'node_modules', '.bin');
  await mkdir(bin, { recursive: true });
  await symlink(CLI, join(bin, 'cognito-bulk-reset'));
  await copyFile(csv, join(directory, 'users.csv'));
}
