/**
 * docker-compose.yml's service `pool`: makes the demo's user pool, leaves its id in the volume that the run reads, and
 * takes away the run of an earlier `docker compose up`.
 *
 * Usage: compose-pool.ts <cognito-local's URL> <folder>
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePool } from '../../test/support/cognito-local-pool.js';
import { poolUsers } from './pool-users.js';

const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('Usage: compose-pool.ts <url> <folder>');

await rm(join(folder, 'demo'), { recursive: true, force: true });
const users = (await poolUsers()).map(({ username }) => username);
const { poolId } = await makePool(url, { users, name: 'demo' });
await writeFile(join(folder, 'pool-id'), poolId);
process.stdout.write(`The pool ${poolId} has ${users.length} users.\n`);
