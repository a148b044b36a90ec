/** `node write-man-page.js <file>`: a step of the build. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { manPage } from './man-page.js';
import { createProgram } from './program.js';
import { VERSION } from '../version.js';

const [, , path = 'cognito-bulk-reset.1'] = process.argv;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(
  path,
  manPage(
    createProgram(() => undefined),
    VERSION,
  ),
);
