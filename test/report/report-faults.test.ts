import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { resumeReport } from '../../src/report/report-file.js';
import { formatReportRow, REPORT_HEADER } from '../../src/report/report-line.js';
import { exampleRow } from './example-row.js';
import { temporaryDirectory } from './temporary-directory.js';

const hooks = new URL('./typescript.ts', import.meta.url).href;
const writer = new URL('./writer.ts', import.meta.url).pathname;

function exampleReport(lastRow: number): string {
  return (
    REPORT_HEADER + Array.from({ length: lastRow }, (_, at) => formatReportRow(exampleRow(at + 1))).join('')
  );
}

/** The command that writes the report at `path` up to `lastRow`, for a shell. */
function writing(path: string, lastRow: number): string {
  return `'${process.execPath}' --import '${hooks}' '${writer}' '${path}' ${lastRow}`;
}

function shell(script: string, ...wrapper: string[]) {
  const [command = 'bash', ...args] = [...wrapper, 'bash', '-c', script];
  return spawnSync(command, args, { encoding: 'utf8' });
}

describe('a report whose process is killed', () => {
  test('keeps every line that was on the disk, byte for byte, through 12 kills -9 at random moments', async () => {
    const path = join(temporaryDirectory(), 'report.csv');
    for (let kill = 0; kill < 12; kill += 1) {
      const child = spawn(process.execPath, ['--import', hooks, writer, path, '1000000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exit = once(child, 'exit');
      let heard = 0;
      const killAfter = 1 + Math.floor(Math.random() * 30);
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        heard = Number(line);
        lines += 1;
        // Not a wait for luck: a random point inside a batch, between one line of the child and the next.
        if (lines === killAfter) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
      }
      await exit;
      const left = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
      if (left.length === 0) continue;
      const { file, lastRow } = await resumeReport(path);
      await file.close();
      expect(lastRow).toBeGreaterThanOrEqual(heard);
      const kept = readFileSync(path);
      expect(kept.toString()).toBe(exampleReport(lastRow));
      expect(left.subarray(0, kept.length).equals(kept)).toBe(true);
      expect(left.length - kept.length).toBeLessThan(formatReportRow(exampleRow(lastRow + 1)).length);
    }
  });
});

describe('a report that cannot be written', () => {
  test('ends in a whole line when the file may not grow (EFBIG), and goes on when it may', () => {
    const path = join(temporaryDirectory(), 'report.csv');
    // bash counts in units of 1024 bytes.
    const limited = shell(`ulimit -f 50; ${writing(path, 2000)}`);
    expect(limited.stderr).toBe('');
    expect(limited.status).toBe(3);
    const told = limited.stdout.trimEnd().split('\n');
    expect(JSON.parse(told.at(-1) ?? '')).toEqual({ name: 'ReportWriteError', code: 'EFBIG', path });

    const left = readFileSync(path, 'utf8');
    const rows = left.split('\n').length - 2;
    expect(rows).toBeGreaterThanOrEqual(Number(told.at(-2)));
    expect(left).toBe(exampleReport(rows));
    expect(shell(writing(path, 2000)).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(exampleReport(2000));
  });

  // A file system of its own needs a namespace of its own, which not every machine allows.
  const canMount = shell('mount -t tmpfs none /mnt', 'unshare', '-rm').status === 0;
  test.skipIf(!canMount)(
    'ends in a whole line when the disk is full (ENOSPC) or read-only (EROFS), and goes on when it is mended',
    () => {
      const disk = temporaryDirectory();
      const path = join(disk, 'report.csv');
      const script = `
        mount -t tmpfs -o size=64k none '${disk}'
        ${writing(path, 2000)} | tail -n 1; tail -c 1 '${path}' | od -An -c
        mount -o remount,size=1m,ro '${disk}'
        ${writing(path, 2000)} | tail -n 1
        mount -o remount,rw '${disk}'
        ${writing(path, 2000)} | tail -n 1
        cat '${path}'`;
      const { stdout, stderr } = shell(script, 'unshare', '-rm');
      expect(stderr).toBe('');
      const [full = '', lastByte = '', readOnly = '', done, ...report] = stdout.split('\n');
      expect(JSON.parse(full)).toMatchObject({ name: 'ReportWriteError', code: 'ENOSPC' });
      expect(lastByte.trim()).toBe('\\n');
      expect(JSON.parse(readOnly)).toMatchObject({ name: 'ReportWriteError', code: 'EROFS' });
      expect(done).toBe('2000');
      expect(report.join('\n')).toBe(exampleReport(2000));
    },
  );
});
