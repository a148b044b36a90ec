import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReportWriteError } from '../../src/report/report-write-error.js';
import { summarize, summarySchema, writeSummary } from '../../src/report/summary.js';
import { sha256OfFile } from '../../src/sha256-of.js';
import { summaryTable } from '../../src/report/summary-table.js';
import { addToTally, emptyTally } from '../../src/report/tally.js';
import { temporaryDirectory } from './temporary-directory.js';

const facts = {
  run: '2026-11-23T201500Z-users',
  pool: 'eu-west-1_AbCdEfGhI',
  mode: 'generate',
  inputSha256: 'a'.repeat(64),
  reportSha256: 'b'.repeat(64),
};

function exampleSummary() {
  const tally = emptyTally();
  const calls = { attempts: 1, throttles: 0, startedAt: '2026-11-23T20:15:00.000Z' };
  const finishedAt = '2026-11-23T20:19:12.000Z';
  for (let row = 1; row <= 4512; row += 1) addToTally(tally, { ...calls, status: 'succeeded', finishedAt });
  for (let row = 1; row <= 310; row += 1) {
    addToTally(tally, { ...calls, status: 'failed', error: 'UserNotFoundException', finishedAt });
  }
  for (let row = 1; row <= 3; row += 1) {
    addToTally(tally, { ...calls, throttles: 4, status: 'failed', error: 'Strange\u001b[31mException' });
  }
  for (let row = 1; row <= 68; row += 1) {
    addToTally(tally, { status: 'skipped', error: 'DuplicateUsername', attempts: 0, throttles: 0 });
  }
  return summarize(tally, facts);
}

describe('summary', () => {
  test('counts add up, errors come by how often, the rate is from first start to last finish', () => {
    const summary = exampleSummary();
    expect(summary).toMatchObject({ rows: 4893, calls: 4825, throttles: 12, rate: 19.15 });
    expect(Object.values(summary.byStatus).reduce((sum, count) => sum + count)).toBe(summary.rows);
    expect(Object.keys(summary.byError)[0]).toBe('UserNotFoundException');
  });

  test('has no rate and no times where no call was sent', () => {
    const summary = summarize(emptyTally(), facts);
    expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(['rate']));
    expect(summarySchema.parse(summary)).toEqual(summary);
  });

  test('is written as a whole, for its owner only, over what was there and not through a link', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'summary.json');
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path);
    await writeSummary(path, exampleSummary());
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect([lstatSync(path).isFile(), statSync(path).mode & 0o777]).toEqual([true, 0o600]);
    expect(summarySchema.parse(JSON.parse(readFileSync(path, 'utf8')))).toEqual(exampleSummary());
    await expect(writeSummary(join(directory, 'absent', 'x'), exampleSummary())).rejects.toThrow(
      ReportWriteError,
    );
  });

  test('knows the SHA-256 of a file', async () => {
    const path = join(temporaryDirectory(), 'x');
    writeFileSync(path, 'abc');
    // FIPS 180-2, appendix B.1.
    expect(await sha256OfFile(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the table at the end of a run', () => {
  test('says what happened, what to do about it and where the report is', () => {
    const files = {
      toRetry: 0,
      report: 'runs/x/report.csv',
      page: 'runs/x/report.html',
      failed: 'runs/x/failed.csv',
    };
    expect(summaryTable(exampleSummary(), files)).toMatchInlineSnapshot(`
      "  succeeded         4,512    92.2 %
        failed              313     6.4 %
        skipped              68     1.4 %
        unprocessed           0     0.0 %
        ─────────────────────────────────
        rows              4,893

        Errors
              310  UserNotFoundException
                   Not in this pool: check the pool id and the column of usernames.
               68  DuplicateUsername
                   Seen before in the file: its first row counts.
                3  Strange\\u{1b}[31mException

        Time          4 min 12 s, 2026-11-23 20:15:00 to 2026-11-23 20:19:12 UTC
        Calls         4,825, 19.2 a second
        Throttled     12 times
        Report        runs/x/report.csv
        To look at    runs/x/report.html
        To run again  runs/x/failed.csv
        Report sha256 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      "
    `);
  });

  test('fits 80 columns, whatever the errors are called', () => {
    const tally = emptyTally();
    for (let kind = 0; kind < 30; kind += 1) {
      addToTally(tally, {
        status: 'failed',
        error: `${'é\u0000'.repeat(60)}${kind}`,
        attempts: 1,
        throttles: 0,
      });
    }
    const table = summaryTable(summarize(tally, facts), {
      report: 'report.csv',
      toRetry: 0,
      page: 'report.html',
    });
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(table).toContain('18  of 18 other kinds: see summary.json');
  });
});
