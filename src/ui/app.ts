import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { askOf, type Control } from '../run/control.js';
import { QUOTA, rateOf } from '../run/request.js';
import { searchReport } from '../report/search-report.js';
import { UsageError } from '../usage-error.js';
import { FILES, fileNamed } from './files.js';
import { isOwnHost, isSame, refusalOf } from './gate.js';
import type { Watch } from './watched.js';

/** Rows that one search answers. */
const FOUND_AT_MOST = 50;

/** Nothing from anywhere else, and nothing inline: what a username holds can never be run. */
const PAGE_POLICY = policy({ 'script-src': "'self'", 'style-src': "'self'" });
/** Bull Board styles itself inline, and would like a font from elsewhere, which it does not get. */
const BOARD_POLICY = policy({
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'font-src': "'self' data:",
});

const rateSchema = z.object({ rate: z.union([z.literal('max'), z.number().positive()]) });
const searchSchema = z.string().trim().min(1).max(128);

export interface AppOptions {
  token: string;
  /** That it is served on; known once it listens. */
  port: () => number;
  /** Bull Board, while there is a queue. */
  board: () => Promise<Hono> | undefined;
}

export function createApp(watch: Watch, { token, port, board }: AppOptions): Hono {
  const app = new Hono();
  let search: AbortController | undefined;

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of headers(isBoard(context))) context.res.headers.set(name, value);
  });
  app.use(async (context, next) => {
    const cookie = `cognito-bulk-reset-${port()}`;
    const asking = askingOf(context, cookie);
    // The token leaves the address at once, so that it stays in no history and no picture of the screen.
    if (
      context.req.path === '/' &&
      isSame(context.req.query('token'), token) &&
      isOwnHost(asking.host, port())
    ) {
      setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return context.redirect('/', 303);
    }
    const refusal = refusalOf(asking, { token, port: port() });
    if (refusal !== undefined) return context.text(`${refusal.text}\n`, refusal.status);
    // Whatever the board can do, here it only shows: the run's books would not know of it.
    if (isBoard(context) && context.req.method !== 'GET') return context.text('The board only shows.\n', 405);
    return next();
  });

  app.get('/', (context) => serve(context, 'index.html'));
  for (const name of FILES) app.get(`/${name}`, (context) => serve(context, name));
  app.get('/api/state', (context) => context.json(watch.told()));
  app.get('/api/search', async (context) => {
    const text = searchSchema.safeParse(context.req.query('text'));
    const run = watch.run();
    if (!text.success || run === undefined) return context.json({ records: [], more: false });
    // One at a time: a report may have millions of lines.
    search?.abort();
    search = new AbortController();
    const signal = AbortSignal.any([search.signal, context.req.raw.signal]);
    return context.json(
      await searchReport(run.directory.report, text.data, { limit: FOUND_AT_MOST, signal }),
    );
  });
  app.post('/api/pause', (context) => ask(context, watch, { paused: true }));
  app.post('/api/resume', (context) => ask(context, watch, { paused: false }));
  app.post('/api/rate', async (context) => {
    const asked = rateSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!asked.success) return context.text('A rate is a number over 0, or max.\n', 400);
    const quota = watch.run()?.record.quota ?? QUOTA;
    try {
      return await ask(context, watch, { rate: rateOf({ rate: asked.data.rate, quota }) });
    } catch (error) {
      if (error instanceof UsageError) return context.text(`${error.message}\n`, 400);
      throw error;
    }
  });
  for (const path of ['/board', '/board/*'])
    app.all(path, async (context) => (await board())?.fetch(context.req.raw) ?? context.notFound());
  app.onError((_error, context) => context.text('That could not be done.\n', 500));
  return app;
}

/** The same way as `pause` and `set-rate` from another terminal. */
async function ask(context: Context, watch: Watch, asked: Control): Promise<Response> {
  const run = watch.run();
  if (run === undefined) return context.text('The run is not under way.\n', 409);
  await askOf(run.directory, asked);
  return context.body(null, 204);
}

async function serve(context: Context, name: string): Promise<Response> {
  const { type, content } = await fileNamed(name);
  return context.body(content, 200, { 'content-type': type });
}

function isBoard(context: Context): boolean {
  return context.req.path.startsWith('/board');
}

function askingOf(context: Context, cookie: string) {
  const { req } = context;
  return {
    method: req.method,
    host: req.header('host'),
    origin: req.header('origin'),
    site: req.header('sec-fetch-site'),
    contentType: req.header('content-type'),
    token: getCookie(context, cookie),
  };
}

function headers(onBoard: boolean): [string, string][] {
  return [
    ['content-security-policy', onBoard ? BOARD_POLICY : PAGE_POLICY],
    ['referrer-policy', 'no-referrer'],
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['cache-control', 'no-store'],
  ];
}

function policy(more: Record<string, string>): string {
  const all = {
    'default-src': "'none'",
    'connect-src': "'self'",
    'img-src': "'self' data:",
    'base-uri': "'self'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...more,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
