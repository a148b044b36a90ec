import { Redis as Client } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { createWorkplace, csvOf, users } from '../cli/workplace.js';
import { freePort } from '../support/free-port.js';
import { startProgram } from '../support/program.js';
import { startRedis } from '../support/redis.js';
import { startStandIn } from '../support/stand-in/stand-in.js';
import { formsOfText } from './forms.js';
import { addFiles, addTo, type Places } from './places.js';
import { createSearch } from './search.js';

const POOL = 'eu-west-1_QueuePass1';
const [NAME, PASSWORD] = ['leak-test', 'Queue"Canary%&+-k2Q9xZ'];

test('the password of a queue is in no log line and no file of a run, also when the queue takes it no more', async () => {
  const port = await freePort();
  const redis = await startRedis({ args: ['--port', String(port)] });
  const admin = new Client(redis.socketPath);
  const standIn = await startStandIn({ pools: [{ id: POOL, users: users(200) }] });
  const workplace = await createWorkplace();
  onTestFinished(async () => {
    admin.disconnect();
    await workplace.remove();
    await standIn.close();
    await redis.stop();
  });
  await admin.acl('SETUSER', NAME, 'on', `>${PASSWORD}`, '~*', '&*', '+@all');
  await workplace.write('users.csv', csvOf(users(200)));
  const url = `redis://${NAME}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  const args = ['run', 'users.csv', '--pool-id', POOL, '--run-dir', workplace.runDir, '--generate', '--yes'];
  const run = await startProgram([...args, '--rate', '5', '--endpoint-url', standIn.url, '--allow-http'], {
    ...workplace.here,
    env: {
      ...workplace.here.env,
      COGNITO_BULK_RESET_QUEUE: url,
      COGNITO_BULK_RESET_LOG_LEVEL: 'trace',
    },
  });
  const waiting = { timeout: 60_000, interval: 20 };
  await expect.poll(() => standIn.size(), waiting).toBeGreaterThan(3);
  // Its connections are closed, and each new one is refused.
  await admin.acl('DELUSER', NAME);
  const places: Places = new Map();
  const files = async () => {
    places.clear();
    await addFiles(places, workplace.runDir);
    return places.get('run.log')?.join('') ?? '';
  };
  await expect.poll(files, waiting).toMatch(/WRONGPASS/);
  run.kill('SIGINT');
  const { stdout, stderr } = await run.result;
  await files();
  addTo(places, 'standard output', stdout);
  addTo(places, 'standard error', stderr);
  // The rest of the URL is there.
  expect(places.get('run.json')?.join('')).toContain(`127.0.0.1:${port}`);

  const search = createSearch([{ name: 'password', forms: formsOfText(PASSWORD) }]);
  expect(search(Buffer.from(url))).not.toEqual([]);
  const found = [...places].filter(([, parts]) => parts.some((bytes) => search(bytes).length > 0));
  expect(found.map(([place]) => place)).toEqual([]);
});
