import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from './usage-error.js';

/**
 * Listens for those who look on, who must not keep a run from ending. Answers the address.
 * @param what is served, as a message names it: `The metrics`
 * @throws UsageError when the port is taken
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  what: string,
): Promise<AddressInfo> {
  server.unref();
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new UsageError(
      `${what} can’t be served at ${host}:${port} (${error.message}): choose another port.`,
    );
  });
  // A server that listens on a port has an address of this shape.
  return server.address() as AddressInfo;
}

/** Ends it with all of its connections. */
export async function endListening(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
