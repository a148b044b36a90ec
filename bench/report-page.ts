/**
 * How large report.html gets, and what it takes to make and to open it, by number of rows:
 *   node --import ./test/support/stand-in/ts-hooks.mjs bench/report-page.ts 200000 1000000
 * Seconds are of the processor, as others may use the machine.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { runDirectory } from '../src/run/directory.js';
import { exampleRun } from '../test/report/html/example-run.js';
import { startBrowser } from '../test/support/browser.js';
import { runProgram } from '../test/support/program.js';

const MB = 1_000_000;
const usageSchema = z.object({ userCPUTime: z.number(), systemCPUTime: z.number(), maxRSS: z.number() });
const counts = process.argv.slice(2).map(Number);

const place = await mkdtemp(join(tmpdir(), 'bench-page-'));
const { browser, close } = await startBrowser();
try {
  for (const rows of counts.length > 0 ? counts : [200_000]) {
    const directory = runDirectory(join(place, String(rows)));
    exampleRun(directory.path, rows);
    const made = await usageOf(['report', directory.path]);
    const [report, page] = await Promise.all([stat(directory.report), stat(directory.page)]);
    const opened = await open(pathToFileURL(directory.page).href);
    process.stdout.write(
      `${rows} rows: report.csv ${(report.size / MB).toFixed(1)} MB, report.html ${(page.size / MB).toFixed(1)} MB; ` +
        `made in ${made.seconds.toFixed(1)} s, peak ${made.peak.toFixed(0)} MB; ` +
        `opened in ${opened.seconds.toFixed(1)} s, ${opened.heap.toFixed(0)} MB of script memory\n`,
    );
  }
} finally {
  await close();
  await rm(place, { recursive: true });
}

/** What the built program takes, as it says itself at its exit. */
async function usageOf(args: string[]): Promise<{ seconds: number; peak: number }> {
  const say = 'process.on("exit",()=>console.error(JSON.stringify(process.resourceUsage())))';
  const { stderr } = await runProgram(args, { nodeArgs: ['--import', `data:text/javascript,${say}`] });
  const usage = usageSchema.parse(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? ''));
  return { seconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6, peak: (usage.maxRSS * 1024) / MB };
}

/** Opens the page until its rows are there. */
async function open(url: string): Promise<{ seconds: number; heap: number }> {
  const page = await browser.newPage();
  const session = await browser.newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(url);
  await page.waitForSelector('#grid:not([hidden])');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? 0;
  await page.close();
  return { seconds: metric('ProcessTime'), heap: metric('JSHeapUsedSize') / MB };
}
