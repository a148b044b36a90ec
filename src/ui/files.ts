import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

const require = createRequire(import.meta.url);
/** Its entry is `dist/uPlot.cjs.js`, beside what browsers take. */
const UPLOT = dirname(require.resolve('uplot'));

const PLACES: Record<string, string | URL> = {
  'index.html': new URL('page/index.html', import.meta.url),
  'page.js': new URL('page/page.js', import.meta.url),
  'chart.js': new URL('page/chart.js', import.meta.url),
  'page.css': new URL('page/page.css', import.meta.url),
  // The same paper and ink as the report's page.
  'base.css': new URL('../report/html/page/base.css', import.meta.url),
  'uplot.js': join(UPLOT, 'uPlot.esm.js'),
  'uplot.css': join(UPLOT, 'uPlot.min.css'),
};

/** Served by name; all else is not there. */
export const FILES = Object.keys(PLACES);

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export async function fileNamed(name: string): Promise<{ type: string; content: string }> {
  const place = PLACES[name];
  if (place === undefined) throw new Error(`There is no ${name}.`);
  return { type: TYPES[extname(name)] ?? 'text/plain', content: await readFile(place, 'utf8') };
}
