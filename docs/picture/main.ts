/**
 * `npm run picture`: records a run at a real terminal, against the stand-in of the service, and writes docs/run.svg: the
 * plan with the progress half way, and the end.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { poolUsers, USERS_CSV } from '../../samples/demo/pool-users.js';
import { startStandIn } from '../../test/support/stand-in/stand-in.js';
import { svgOf } from './svg.js';
import { openTerminal } from './terminal.js';
import { linkProgram } from './work-directory.js';

/** The plan shows the whole path of the report: one that says nothing of the machine. */
const WORK = '/tmp/rotation';
const PICTURE = fileURLToPath(new URL('../run.svg', import.meta.url));
const COMMAND = 'npx cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate';
const SIZE = { columns: 84, rows: 60 };
const PROMPT = /\n\$ $/;

await mkdir(WORK);
const users = (await poolUsers()).map(({ username }) => username);
const service = await startStandIn({
  pools: [{ id: 'eu-west-1_AbCdEf123', name: 'customers', users }],
  quotas: { UserAccountRecovery: { kind: 'sliding', limit: 30 } },
});
try {
  await linkProgram(WORK, USERS_CSV);
  const terminal = await openTerminal(WORK, SIZE, {
    COGNITO_BULK_RESET_ENDPOINT_URL: service.url,
    COGNITO_BULK_RESET_ALLOW_HTTP: 'true',
  });
  try {
    await terminal.shows(/^\$ $/);
    terminal.type(`${COMMAND}\n`);
    await terminal.shows(/Go on\?/);
    terminal.type('y\n');
    await terminal.shows(/ 4[5-9] % /);
    const halfWay = terminal.screen();
    await terminal.shows(PROMPT);
    const end = terminal.screen();
    const answered = end.findIndex(({ text }) => text.startsWith('Go on?'));
    const svg = svgOf(SIZE.columns, [
      { caption: 'half way', lines: halfWay },
      { caption: 'at the end', lines: end.slice(answered + 1) },
    ]);
    await writeFile(PICTURE, svg);
  } finally {
    await terminal.close();
  }
} finally {
  await service.close();
  await rm(WORK, { recursive: true, force: true, maxRetries: 3 });
}
