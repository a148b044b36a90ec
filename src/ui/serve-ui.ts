import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { endListening, listen } from '../listen.js';
import { createApp } from './app.js';
import { newToken } from './gate.js';
import { createWatch, type Watch } from './watched.js';

/** A page on this host, on which a run can be watched and steered. */
export interface Ui {
  /** With the token that lets a browser in: for the terminal alone. */
  url: string;
  begin: Watch['begin'];
  lines: Watch['lines'];
  /** How the run has ended, in words. */
  end: Watch['end'];
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
  let board: Promise<Hono> | undefined;
  const boardOfRun = () => {
    const run = watch.run();
    // Loaded by who opens it.
    if (run !== undefined) board ??= import('./board.js').then(({ createBoard }) => createBoard(run.queue()));
    return board;
  };
  const app = createApp(watch, { token, port: () => address.port, board: boardOfRun });
  let askedAt = Number.NEGATIVE_INFINITY;
  const answer = getRequestListener((request, ...rest) => {
    askedAt = performance.now();
    return app.fetch(request, ...rest);
  });
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  const address = await listen(server, { host: '127.0.0.1', port }, 'The page');
  return {
    url: `http://127.0.0.1:${address.port}/?token=${token}`,
    begin: watch.begin,
    lines: watch.lines,
    end: watch.end,
    close: async () => {
      if (performance.now() - askedAt < LAST_WORD) await sleep(LAST_WORD);
      await endListening(server);
    },
  };
}
