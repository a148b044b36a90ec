import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';
import { writeTogether } from '../../src/queue/write-together.js';

test('commands of one turn of the event loop go to Redis together, each gets its own answer, also after a new connection', async () => {
  const client = new Redis(inject('redisUrl'), { retryStrategy: () => 1 });
  writeTogether(client);
  try {
    for (const round of [1, 2]) {
      await client.ping();
      let writes = 0;
      const { _writev, _write } = client.stream;
      const counted =
        <Args extends unknown[]>(write: ((...args: Args) => void) | undefined) =>
        (...args: Args) => {
          writes += 1;
          write?.apply(client.stream, args);
        };
      Object.assign(client.stream, { _writev: counted(_writev), _write: counted(_write) });
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => client.echo(`${round}-${n}`)));
      expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => `${round}-${n}`));
      expect(writes).toBe(1);
      client.stream.destroy();
    }
  } finally {
    client.disconnect();
  }
});
