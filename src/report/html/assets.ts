import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The page's script, in the order in which its modules need each other; `page/` holds them as they are shipped. */
const MODULES = [
  'csv.js',
  'rows.js',
  'selection.js',
  'escapes.js',
  'words.js',
  'grid.js',
  'details.js',
  'paper.js',
  'main.js',
];

/** What comes later overrules what came before. */
const STYLES = ['base.css', 'summary.css', 'rows.css', 'narrow.css', 'paper.css'];

/** The page's own style and script, and what its Content-Security-Policy calls them. */
export interface Assets {
  style: string;
  script: string;
  policy: string;
}

/** Reads what stands beside this file, in `src` and in the built package alike. */
export async function readAssets(): Promise<Assets> {
  const style = (await Promise.all(STYLES.map(source))).join('\n');
  const script = joined(await Promise.all(MODULES.map(source)));
  return { style, script, policy: policyFor(style, script) };
}

/** Nothing is fetched, sent, framed or run but this script and this style. */
function policyFor(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/**
 * One module of several: a page that is opened from disk can't import another file. Their names don't clash, or the
 * browser would refuse the whole, and each import is a line of its own.
 */
function joined(modules: readonly string[]): string {
  return modules.map((text) => text.replace(/^import .*\n/gm, '').replace(/^export /gm, '')).join('\n');
}

function source(name: string): Promise<string> {
  return readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
}
