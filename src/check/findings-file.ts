import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import type { ManifestRow } from '../manifest/manifest.js';
import { replaceFile } from '../report/atomic-file.js';
import { csvField } from '../report/csv-field.js';
import { plainField } from '../report/spreadsheet-field.js';
import type { Finding } from './findings.js';

const FINDINGS_HEADER = 'row,line,username,finding,effect,message\n';

/** Writes one line for each finding (0600, whole or not at all), in the file's order. */
export async function writeFindings(
  path: string,
  batches: AsyncIterable<readonly ManifestRow[]>,
  findingsOf: (row: ManifestRow) => Finding[],
): Promise<void> {
  await replaceFile(path, async (file) => {
    await file.appendFile(FINDINGS_HEADER);
    for await (const batch of batches) {
      const lines = batch.flatMap((row) => findingsOf(row).map((finding) => lineOf(row, finding)));
      if (lines.length > 0) await file.appendFile(lines.join(''));
    }
  });
}

function lineOf({ row, line, username }: ManifestRow, { name, effect, message }: Finding): string {
  return `${row},${line},${csvField(username)},${name},${effect},${csvField(message)}\n`;
}

const lineSchema = z.object({
  row: z.coerce.number().int().positive(),
  finding: z.string(),
  effect: z.enum(['failed', 'skipped', 'none']),
  message: z.string(),
});

/** The findings of a file, in its order. Throws for what `writeFindings` has not written. */
export async function* readFindings(path: string): AsyncGenerator<Finding & { row: number }> {
  // What goes wrong with the file goes on to whoever reads this, and whoever reads no further closes it.
  const records: AsyncIterable<unknown> = pipeline(
    createReadStream(path),
    parse({ columns: true }),
    () => undefined,
  );
  for await (const record of records) {
    const { row, finding, effect, message } = lineSchema.parse(record);
    yield { row, name: plainField(finding), effect, message: plainField(message) };
  }
}
