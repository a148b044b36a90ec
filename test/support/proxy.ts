import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands between a program and a unix socket, and breaks what lies between as networks do. */
export interface Proxy {
  /** The socket to connect to. */
  socketPath: string;
  /** Where connections from now on lead; those that stand stay where they are. */
  target: string;
  /** Connections that stand carry nothing any more, and nobody is told: what a host finds that has slept. */
  forgetConnections(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const dir = await mkdtemp(join(tmpdir(), 'proxy-'));
  const socketPath = join(dir, 'proxy.sock');
  const standing = new Set<readonly [Socket, Socket]>();
  const all = new Set<Socket>();
  const proxy: Proxy = {
    socketPath,
    target,
    forgetConnections: () => {
      for (const [near, far] of standing) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
      standing.clear();
    },
    close: async () => {
      for (const socket of all) socket.destroy();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  const server = createServer((near) => {
    const far = connect(proxy.target);
    const pair = [near, far] as const;
    standing.add(pair);
    near.pipe(far).pipe(near);
    const end = () => {
      if (!standing.delete(pair)) return;
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      all.add(socket);
      socket.on('error', end).on('close', end);
    }
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return proxy;
}
