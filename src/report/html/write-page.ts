import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { replaceFile } from '../atomic-file.js';
import { type Assets, readAssets } from './assets.js';
import { heldLines } from './held-lines.js';
import { html, type Markup, ownElement } from './markup.js';
import type { PageFacts } from './page-facts.js';
import { rowsSection } from './rows-section.js';
import { asked, counts, errors, footer, heading, overTime, steps, verdict } from './sections.js';
import { type Size, type Survey, surveyReport } from './survey.js';

/** Bytes in one element of the page: the script frees each when it has read it. */
const PIECE_BYTES = 768 * 1024;

/**
 * Writes report.html (0600, as a whole or not at all) from the report at `report`: one file that needs nothing else. The
 * rows are in it as lines of report.csv, compressed; what is held in memory doesn't grow with them.
 * @throws UsageError if `report` is no report of this program. ReportWriteError if the page can't be written.
 */
export async function writePage(path: string, report: string, facts: PageFacts, limit?: Size): Promise<void> {
  const survey = await surveyReport(report);
  const [before = '', after = ''] = document(survey, facts, await readAssets()).markup.split(ROWS.markup);
  await replaceFile(path, async (file) => {
    await file.writeFile(before);
    await pipeline(
      Readable.from(heldLines(report, survey, limit)),
      createGzip(),
      (bytes: AsyncIterable<Buffer>) => file.writeFile(inPieces(bytes)),
    );
    await file.writeFile(`${after}\n`);
  });
}

/** Where the rows come into the page. Text can't pass for it: its `<` would be escaped. */
const ROWS: Markup = { markup: '<!-- rows -->' };

function document(survey: Survey, facts: PageFacts, { style, script, policy }: Assets): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>${facts.pool.name}: ${verdict(survey.tally, facts)}</title>
        ${ownElement('style', style)}
      </head>
      <body>
        <main>
          ${heading(survey, facts)} ${counts(survey.tally)} ${steps(survey)} ${asked(survey, facts)}
          ${overTime(survey)} ${errors(survey)} ${rowsSection(survey, facts)}
        </main>
        ${footer(facts)} ${ROWS} ${ownElement('script', script)}
      </body>
    </html>`;
}

/** Base64 in elements that no browser runs. */
async function* inPieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield piece(chunks);
    chunks = [];
    size = 0;
  }
  yield piece(chunks);
}

function piece(chunks: readonly Buffer[]): string {
  return `<script type="application/gzip;base64" class="rows">${Buffer.concat(chunks).toString('base64')}</script>\n`;
}
