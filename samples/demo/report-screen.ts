import { open } from 'node:fs/promises';
import { readReport } from '../../src/report/read-report.js';
import type { ReportRecord } from '../../src/report/report-line.js';
import { escapeForTerminal } from '../../src/report/terminal-text.js';

const BAR_WIDTH = 48;

export async function reportRecords(path: string): Promise<ReportRecord[]> {
  const records: ReportRecord[] = [];
  const file = await open(path, 'r');
  try {
    for await (const part of readReport(file, path)) records.push(...part.records);
  } finally {
    await file.close();
  }
  return records;
}

/** The first lines of the report, as a table that fits 80 columns. */
export function firstLines(records: readonly ReportRecord[], lines: number): string {
  const table = [
    ['row', 'line', 'username', 'status', 'error', 'attempts'],
    ...records.slice(0, lines).map(({ row, line, username, status, error, attempts }) => {
      return [String(row), String(line), escapeForTerminal(username), status, error ?? '', String(attempts)];
    }),
  ];
  return table
    .map(([row = '', line = '', username = '', status = '', error = '', attempts = '']) => {
      const numbers = `${row.padStart(5)}${line.padStart(6)}`;
      return `${numbers}  ${username.padEnd(12)}${status.padEnd(11)}${error.padEnd(24)}${attempts}`;
    })
    .join('\n');
}

/** When the calls started, as milliseconds, in order. */
export function callStarts(records: readonly ReportRecord[]): number[] {
  return records
    .flatMap(({ startedAt }) => (startedAt === undefined ? [] : [Date.parse(startedAt)]))
    .sort((a, b) => a - b);
}

/** One bar for each second of the run: how many calls started in it. */
export function paceBars(starts: readonly number[], rate: number): string {
  const [first = 0] = starts;
  const perSecond: number[] = [];
  for (const start of starts) {
    const second = Math.floor((start - first) / 1000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  return Array.from(perSecond, (calls = 0, second) => {
    const bar = '█'.repeat(Math.round((calls / rate) * BAR_WIDTH));
    return `  second ${String(second + 1).padStart(2)}  ${bar} ${calls}`;
  }).join('\n');
}

/** The most calls that started in any second, wherever that second begins. */
export function mostInOneSecond(starts: readonly number[]): number {
  let most = 0;
  let from = 0;
  starts.forEach((start, index) => {
    while ((starts[from] ?? start) <= start - 1000) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most;
}
