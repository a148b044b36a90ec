/** Prepares the embedded queue in the cache that XDG_CACHE_HOME names. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../src/queue/embedded.js';

const place = await mkdtemp(join(tmpdir(), 'prepare-'));
const backend = await openEmbedded({
  runId: 'prepare',
  directory: join(place, 'queue'),
  telemetry: undefined,
  onError: (error) => {
    throw error;
  },
});
await backend.destroy();
await rm(place, { recursive: true, force: true });
