import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Redis, startRedis } from '../support/redis.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Notify001';
let redis: Redis;

const scene = useScene({
  pools: [{ id: POOL, generated: { pattern: 'user-%d', count: 1_000 } }],
  users: users(120),
});
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

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
  const { runDir } = scene.workplace;
  try {
    const told = ['--webhook', webhook, '--on-finish', 'cat > heard.json; exit 5', '--verbose'];
    const how = ['--generate', '--rate', '25', '--queue', redis.url];
    const run = await scene.start(scene.runOn(POOL, ...how, ...told));
    await scene.calledAtLeast(3);
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
    expect(scene.workplace.json('../heard.json')).toEqual(posted[0]);

    // The command is still at it when the webhook has failed.
    const both = ['--webhook', webhook, '--on-finish', 'sleep 2'];
    const resumed = await scene.run(['resume', runDir, '--quiet', '--json', ...both]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/warning: --webhook: 127\.0\.0\.1:\d+ answered 410/);
    expect(resumed.stderr + JSON.stringify(scene.workplace.json('run.json'))).not.toContain('hook-of-ours');
    const result: unknown = JSON.parse(resumed.stdout);
    expect(posted[1]).toEqual({ ...(result as object), exitCode: 0 });
    expect(result).toMatchObject({ status: 'finished', rows: 120 });
  } finally {
    server.close();
  }
});
