import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import {
  type Manifest,
  type ManifestOptions,
  type ManifestRow,
  openManifest,
  type ReadOptions,
  readManifest,
} from '../../src/manifest/manifest.js';

/** A directory of the test file's own, gone afterwards. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'manifest-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function writeCsv(directory: string, content: string | Buffer, name = 'users.csv'): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

export async function rowsOf(manifest: Manifest, options: Partial<ReadOptions> = {}): Promise<ManifestRow[]> {
  const rows: ManifestRow[] = [];
  for await (const batch of readManifest(manifest, { caseSensitive: true, ...options })) {
    expect(batch.length).toBeLessThanOrEqual(1024);
    rows.push(...batch);
  }
  return rows;
}

export async function readCsv(
  directory: string,
  content: string | Buffer,
  options: Partial<ManifestOptions & ReadOptions> = {},
): Promise<ManifestRow[]> {
  const manifest = await openManifest(writeCsv(directory, content), { header: true, ...options });
  return rowsOf(manifest, options);
}

/** One word a row: the username, or the error. */
export const inShort = (rows: readonly ManifestRow[]): string[] =>
  rows.map((row) => `${row.row}@${row.line} ${row.kind === 'user' ? row.username : row.error}`);
