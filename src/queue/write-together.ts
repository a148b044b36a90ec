import type { Redis } from 'ioredis';

/**
 * Sends what is written to Redis in one turn of the event loop with one system call, where ioredis makes one for each
 * command. Unlike its own automatic pipelining this waits for no answers and changes nothing of how a command fails.
 */
export function writeTogether(client: Redis): void {
  client.on('connect', () => {
    const { stream } = client;
    const write = stream.write.bind(stream);
    let corked = false;
    const together = (...args: Parameters<typeof write>): boolean => {
      if (!corked) {
        corked = true;
        stream.cork();
        setImmediate(() => {
          corked = false;
          stream.uncork();
        });
      }
      return write(...args);
    };
    // The overloads of `write` are one function, which is called with what it was given.
    stream.write = together as typeof stream.write;
  });
}
