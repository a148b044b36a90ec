import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { request } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { type RunningProgram, startProgram } from '../support/program.js';
import { type Redis, startRedis } from '../support/redis.js';
import { type SpawnedStandIn, spawnStandIn } from '../support/stand-in/process.js';
import { createWorkplace, csvOf, users, type Workplace } from '../cli/workplace.js';

const POOL = 'eu-west-1_WatchedUi';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const HOSTILE = '<img/src=x/onerror=window.hacked=1>';

let standIn: SpawnedStandIn;
let redis: Redis;
let workplace: Workplace;
let run: RunningProgram;
let page: Page;
let url: URL;
let close: () => Promise<void>;
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  workplace = await createWorkplace();
  const pool = { id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: 2_000 } };
  const [stand, server, started] = await Promise.all([
    spawnStandIn({ pools: [pool], quotas: { UserAccountRecovery: { kind: 'sliding', limit: 25 } } }),
    startRedis(),
    startBrowser({ viewport: { width: 1_400, height: 1_000 } }),
  ]);
  [standIn, redis, close] = [stand, server, started.close];
  await workplace.write('users.csv', csvOf([HOSTILE, 'nobody@example.com', ...users(1_500)]));
  run = await startProgram(
    [
      ['run', 'users.csv', '--pool-id', POOL, '--generate', '--yes', '--rate', '30', '--ui', '--plain'],
      ['--endpoint-url', standIn.url, '--allow-http', '--queue', redis.url, '--run-dir', workplace.runDir],
    ].flat(),
    workplace.here,
  );
  url = new URL((await run.waitForStderr(/The run is shown at (\S+)/))[1] ?? '');
  page = await started.browser.newPage();
  noteRequests(page);
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url.href);
}, 120_000);
afterAll(async () => {
  run.kill('SIGKILL');
  await close();
  await Promise.all([standIn.close(), redis.stop(), run.result]);
  await workplace.remove();
});

const shown = (selector: string) => page.locator(selector).innerText();
const callsSent = async () => (await standIn.calls({ operation: 'AdminSetUserPassword' })).length;

test('shows how the run goes, its errors and its last failures, and a username only ever as text', async () => {
  await expect.poll(async () => Number(await shown('#succeeded'))).toBeGreaterThan(20);
  expect(await shown('#pool')).toBe(`customers (${POOL})`);
  expect(await shown('#errors')).toContain('UserNotFoundException');
  expect(await shown('#failures')).toContain(HOSTILE);
  expect(await shown('#failures')).toContain('nobody@example.com');
  await expect.poll(() => shown('#waiting')).toContain('the service asked us to slow down (rate 30');
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('#chart canvas').count()).toBe(1);
});

test('the token is in the terminal’s address, and no more in the browser’s', () => {
  expect(url.searchParams.get('token')?.length).toBeGreaterThan(40);
  expect(page.url()).toBe(`http://${url.host}/`);
});

test('finds the rows of a user by a part of the name', async () => {
  await page.fill('#text', 'NOBODY@');
  await page.click('#search button');
  await expect.poll(() => shown('#results')).toContain('nobody@example.com');
  expect(await shown('#found')).toBe('1 row.');
});

test('pause stops the calls, another rate is set, and the run goes on', async () => {
  await page.click('#pause');
  await expect.poll(() => shown('#state')).toBe('Paused');
  let sent = await callsSent();
  // What was in flight has ended once two looks see the same.
  await expect.poll(async () => sent === (sent = await callsSent()), { interval: 500 }).toBe(true);
  await page.fill('#rate', '31');
  await page.click('text=Set rate');
  await expect.poll(() => shown('#answer')).toContain('over the quota');
  await page.fill('#rate', '7');
  await page.click('text=Set rate');
  await expect.poll(() => shown('#pace')).toContain('of 7');
  await page.click('text=Go on');
  await expect.poll(() => shown('#state')).toBe('Under way');
  await expect.poll(callsSent).toBeGreaterThan(sent);
});

test.each([1_400, 400])('is whole and without barriers at %d pixels, light and dark', async (width) => {
  await page.setViewportSize({ width, height: 900 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The page's own policy would not let it in: it comes as a script of the browser's.
    await page.evaluate(await readFile(AXE, 'utf8'));
    const barriers = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`))',
    );
    expect(barriers).toEqual([]);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
  }
});

test('Bull Board shows the queue and no seal, changes nothing, and asks nothing of the network', async () => {
  const board = await page.context().newPage();
  noteRequests(board);
  await board.goto(new URL('/board', url).href);
  await expect.poll(() => board.locator('body').innerText()).toContain('reset-user');
  const jobs = await board.evaluate(
    "fetch('/board/api/queues?activeQueue=reset-user&status=waiting').then((answer) => answer.text())",
  );
  expect(jobs).toContain('"username":"user-');
  expect(jobs).not.toMatch(/"(mac|sealed|signature)"/);
  const changed = await board.evaluate(
    "fetch('/board/api/queues/reset-user/pause', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' }).then((answer) => answer.status)",
  );
  expect(changed).toBe(405);
  await board.close();
});

test('an attacker’s requests are refused: another name of this host, another page, no token, a form', async () => {
  const { host, port } = url;
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const own = { host, cookie, origin: `http://${host}`, 'content-type': 'application/json' };
  const statuses = await Promise.all(
    [
      { ...own, host: `evil.example:${port}` },
      { ...own, origin: 'https://evil.example' },
      { ...own, cookie: '' },
      { ...own, 'content-type': 'text/plain' },
    ].map((headers) => statusOf('/api/pause', 'POST', headers)),
  );
  expect(statuses).toEqual([421, 403, 401, 415]);
  expect(await statusOf('/api/pause', 'GET', own)).toBe(404);
  expect(await statusOf('/?token=wrong', 'GET', { host })).toBe(401);
  expect(await shown('#state')).toBe('Under way');
  expect(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Strict')).toBe(true);
});

test('nothing was asked of any other host, and neither page nor policy has complained', async () => {
  expect(new Set(asked)).toEqual(new Set([url.host]));
  // The rate over the quota was answered so.
  expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  const answer = await page.request.get(url.origin);
  expect(answer.headers()['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(answer.headers()['content-security-policy']).not.toContain('unsafe');
});

test('a page that is open hears how the run has ended', async () => {
  run.kill('SIGINT');
  await expect.poll(() => shown('#verdict')).toMatch(/^Interrupted after [\d,]+ rows: resume it\.$/);
  expect((await run.result).code).toBe(130);
  expect(await page.locator('#pause').isDisabled()).toBe(true);
});

/** What the policy has stopped has asked nobody. */
function noteRequests(of: Page): void {
  of.on('requestfinished', (one) => asked.push(new URL(one.url()).host));
  of.on('requestfailed', (one) => {
    if (one.failure()?.errorText !== 'csp')
      asked.push(`${new URL(one.url()).host}: ${one.failure()?.errorText}`);
  });
}

/** fetch sets some headers itself; an attacker's program does not. */
function statusOf(
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: url.port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(method === 'POST' ? '{}' : undefined);
  });
}
