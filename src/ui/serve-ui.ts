import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { UsageError } from '../usage-error.js';
import { createApp } from './app.js';
import { newToken } from './gate.js';
import { createWatch, type Watch, type WatchedRun } from './watched.js';

/** A page on this host, on which a run can be watched and steered. */
export interface Ui {
  /** With the token that lets a browser in: for the terminal alone. */
  url: string;
  begin(run: WatchedRun): void;
  lines: Watch['lines'];
  /** How the run has ended, in words. */
  end(how: string): void;
  close(): Promise<void>;
}

/** How long a page that is open may take to hear how the run has ended, in ms; it asks each second. */
const LAST_WORD = 1_500;

/**
 * Serves it at 127.0.0.1, and nowhere else.
 * @param port a free one if it is 0
 * @throws UsageError when the port is taken
 */
export async function serveUi(port: number): Promise<Ui> {
  const watch = createWatch();
  const token = newToken();
  let board: Hono | undefined;
  const app = createApp(watch, { token, port: () => address.port, board: () => board });
  let askedAt = Number.NEGATIVE_INFINITY;
  const server = createAdaptorServer({
    fetch: (request, ...rest) => {
      askedAt = performance.now();
      return app.fetch(request, ...rest);
    },
  });
  // Nobody who only looks on may keep a run from ending.
  server.unref();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: Error) => {
    throw new UsageError(
      `The page can’t be served at 127.0.0.1:${port} (${error.message}): choose another port.`,
    );
  });
  // A server that listens on a port has an address of this shape.
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/?token=${token}`,
    begin: (run) => {
      watch.begin(run);
      // Loaded once there is a queue to show, and only with a page.
      void import('./board.js').then(({ createBoard }) => (board = createBoard(run.queue)));
    },
    lines: watch.lines,
    end: watch.end,
    close: async () => {
      if (performance.now() - askedAt < LAST_WORD) await sleep(LAST_WORD);
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    },
  };
}
