import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** An HTTP server on 127.0.0.1 whose connections can be cut. */
export interface Listener {
  url: string;
  port: number;
  resetConnections(): number;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
}

/** Listens on this port, or on any free one with 0. */
export async function listen(handler: RequestListener, port: number): Promise<Listener> {
  // No timeouts of its own: a connection that the server drops as idle just when the client uses it again
  // would be a fault that nobody asked for.
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true },
    handler,
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const open = (on: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const resetConnections = (): number => {
    const count = sockets.size;
    for (const socket of sockets) socket.resetAndDestroy();
    return count;
  };
  await open(port);
  // A server that listens on a port has an AddressInfo; a string is for pipes.
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    resetConnections,
    goDown: async () => {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      resetConnections();
      await closed;
    },
    comeUp: async () => {
      if (!server.listening) await open(taken);
    },
  };
}
