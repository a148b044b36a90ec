import { open } from 'node:fs/promises';
import { openManifest, readManifest } from '../manifest/manifest.js';
import { usernameFault } from '../manifest/username.js';
import { printable } from '../manifest/printable.js';
import { errorCode } from '../report/report-write-error.js';
import { UsageError } from '../usage-error.js';

/** Bytes; a list of users who must not be reset is short. */
const LIMIT = 16 * 1024 * 1024;

/**
 * The usernames in a file of `--protect`: one a line, with blank lines and `#` comments; or, if its name ends in `.csv`, a CSV
 * read as the file of users is.
 *
 * @throws UsageError for what can't be read, for a line that is no username and for a list without any: nobody may
 *   believe to be protected who isn't
 */
export async function readProtectFile(path: string): Promise<string[]> {
  const names = /\.csv$/i.test(path) ? await namesInCsv(path) : namesInList(await textOf(path), path);
  if (names.length === 0) throw refused(path, 'has no username in it, so it would protect nobody');
  return names;
}

async function namesInCsv(path: string): Promise<string[]> {
  const names: string[] = [];
  const manifest = await openManifest(path, { header: true });
  for await (const batch of readManifest(manifest, { caseSensitive: true })) {
    for (const row of batch) {
      if (row.kind === 'refused' && row.status === 'failed')
        throw refused(path, `line ${row.line}: ${row.message}`);
      names.push(row.username);
    }
  }
  return names;
}

function namesInList(text: string, path: string): string[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const name = line.trim();
    if (name === '' || name.startsWith('#')) return [];
    const fault = lineFault(name);
    if (fault !== undefined) throw refused(path, `line ${index + 1}: ${fault}`);
    return [name];
  });
}

function lineFault(name: string): string | undefined {
  // A CSV that is read as a list would protect users who don't exist, and nobody would notice.
  if (/[,;]/.test(name) || /^"?(cognito:)?user_?name"?$/i.test(name))
    return 'looks like a CSV; give its name the ending .csv, or write one username a line';
  return usernameFault(name);
}

async function textOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw refused(path, errorCode(error) === 'ENOENT' ? 'does not exist; check the path' : whyNot(error));
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LIMIT + 1), 0, LIMIT + 1, null);
    if (bytesRead > LIMIT) throw refused(path, 'is longer than 16 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw refused(
      path,
      error instanceof TypeError ? 'is not UTF-8; save it as text in UTF-8' : whyNot(error),
    );
  } finally {
    await file.close();
  }
}

function whyNot(error: unknown): string {
  return `cannot be read (${errorCode(error) ?? String(error)})`;
}

function refused(path: string, why: string): UsageError {
  return new UsageError(`--protect ${printable(path)} ${why}. Nothing was sent.`);
}
