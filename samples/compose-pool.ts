/** Makes the demo's user pool for docker-compose.yml and leaves its id in the run volume. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openManifest, readManifest } from '../src/manifest/manifest.js';
import { makePool } from '../test/support/cognito-local-pool.js';

const [url = '', folder = ''] = process.argv.slice(2);
const users: string[] = [];
const manifest = await openManifest(fileURLToPath(new URL('users.csv', import.meta.url)), { header: true });
for await (const rows of readManifest(manifest, { caseSensitive: true })) {
  for (const row of rows) {
    if (row.kind === 'user' && !row.username.startsWith('nobody-')) users.push(row.username);
  }
}
const { poolId } = await makePool(url, { users, name: 'demo' });
await writeFile(join(folder, 'pool-id'), poolId);
