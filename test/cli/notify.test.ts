import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.js';
import { type Redis, startRedis } from '../support/redis.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from './workplace.js';

const POOL = 'eu-west-1_Notify001';
let standIn: SpawnedStandIn;
let redis: Redis;
let workplace: Workplace;
beforeAll(async () => {
  [standIn, redis] = await Promise.all([
    spawnStandIn({ pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 1_000 } }] }),
    startRedis(),
  ]);
});
afterAll(() => Promise.all([standIn.close(), redis.stop()]));
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

test('at every ending the webhook and the command hear of it; that they fail is a warning and nothing more', async () => {
  const posted: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      posted.push(JSON.parse(body));
      response.writeHead(posted.length === 1 ? 200 : 410).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this kind.
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook-of-ours`;
  const { here, runDir } = workplace;
  try {
    await workplace.write('users.csv', csvOf(users(120)));
    const service = [
      '--endpoint-url',
      standIn.url,
      '--allow-http',
      '--queue',
      redis.url,
      '--run-dir',
      runDir,
    ];
    const told = ['--webhook', webhook, '--on-finish', 'cat > heard.json; exit 5', '--verbose'];
    const how = ['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes', '--rate', '25', ...service];
    const run = await startProgram([...how, ...told], here);
    await expect.poll(() => standIn.size(), { timeout: 60_000, interval: 50 }).toBeGreaterThan(3);
    run.kill('SIGINT');
    const { code, stderr } = await run.result;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain('warning: --on-finish: ended with 5');
    expect(stderr).not.toContain('--webhook');
    // --verbose: the lines of the log, for people.
    expect(stderr).toMatch(/^\[[\d:.]+\] INFO: outcome \{"row":1,"status":"succeeded"/m);
    expect(posted).toEqual([
      expect.objectContaining({ status: 'interrupted', exitCode: 130, runDirectory: runDir }),
    ]);
    expect(workplace.json('../heard.json')).toEqual(posted[0]);

    // The command is still at it when the webhook has failed.
    const both = ['--webhook', webhook, '--on-finish', 'sleep 2'];
    const resumed = await runProgram(['resume', runDir, '--quiet', '--json', ...both], here);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/warning: --webhook: 127\.0\.0\.1:\d+ answered 410/);
    expect(resumed.stderr + JSON.stringify(workplace.json('run.json'))).not.toContain('hook-of-ours');
    const result: unknown = JSON.parse(resumed.stdout);
    expect(posted[1]).toEqual({ ...(result as object), exitCode: 0 });
    expect(result).toMatchObject({ status: 'finished', rows: 120 });
  } finally {
    server.close();
  }
});
