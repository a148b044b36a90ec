import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

export interface SlowTls {
  /** `https://localhost:port`. */
  url: string;
  close(): Promise<void>;
}

/**
 * A TLS endpoint before a plain one, to which a new connection takes `handshakeMs` as to a far Region; what goes over it once it
 * is there does not.
 *
 * @param certificates a directory of `makeCertificates`
 */
export async function startSlowTls(
  target: string,
  { certificates, handshakeMs }: { certificates: string; handshakeMs: number },
): Promise<SlowTls> {
  const { port } = new URL(target);
  const sockets = new Set<Socket>();
  const tls = createTlsServer(
    {
      key: readFileSync(join(certificates, 'server.key')),
      cert: readFileSync(join(certificates, 'server.crt')),
      noDelay: true,
    },
    (secure) => {
      const plain = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
      secure.pipe(plain).pipe(secure);
      secure.on('error', () => plain.destroy());
      plain.on('error', () => secure.destroy());
    },
  );
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined);
    setTimeout(() => tls.emit('connection', socket), handshakeMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an AddressInfo; a string is for pipes.
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${own}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
