import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postWebhook, webhookAt } from '../../src/notify/webhook.js';

const PATIENCE = { answer: 300, pause: 5 };
const SECRET = `whsec_${Buffer.from('a key of the receiver').toString('base64')}`;

let server: Server;
let url: string;
let heard: { headers: IncomingHttpHeaders; body: string }[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  heard = [];
  answer = (response) => response.writeHead(204).end();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ headers: request.headers, body });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this kind.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/T0/secret-path`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const hook = (secret?: string) => webhookAt(url, { allowHttp: false, secret });

test('a receiver that knows the secret can prove who sent the message, and when', async () => {
  await postWebhook(hook(SECRET), '{"status":"finished"}', PATIENCE);
  const [{ headers, body } = { headers: {}, body: '' }] = heard;
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
  const own = createHmac('sha256', 'a key of the receiver').update(`${id}.${at}.${body}`).digest('base64');
  expect(signature).toBe(`v1,${own}`);
  expect(Math.abs(Date.now() / 1_000 - Number(at))).toBeLessThan(60);
  expect(body).toBe('{"status":"finished"}');
});

test('a receiver that fails twice is asked again, with one id', async () => {
  answer = (response) => response.writeHead(heard.length < 3 ? 503 : 200).end();
  await postWebhook(hook(), '{}', PATIENCE);
  expect(heard.length).toBe(3);
  expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(heard[0]?.headers['webhook-signature']).toBeUndefined();
});

test('one that hangs is given up, and is named without its path', async () => {
  answer = () => undefined;
  const posted = postWebhook(hook(), '{}', { answer: 400, pause: 1 });
  await expect(posted).rejects.toThrow(/^127\.0\.0\.1:\d+ did not answer in time$/);
  expect(heard.length).toBe(5);
});

test.each([404, 302])(
  'an answer of %d is not asked for again, nor is a redirect followed',
  async (status) => {
    answer = (response) => response.writeHead(status, { location: url }).end();
    await expect(postWebhook(hook(), '{}', PATIENCE)).rejects.toThrow(`answered ${status}`);
    expect(heard.length).toBe(1);
  },
);

describe('refused before anything is sent', () => {
  test.each([
    ['http://hooks.example.com/x', 'without TLS to hooks.example.com'],
    ['https://me:secret@hooks.example.com/x', 'no user name and password'],
    ['ftp://hooks.example.com', 'begins with https://'],
    ['hooks', 'begins with https://'],
  ])('%s', (given, says) => {
    expect(() => webhookAt(given, { allowHttp: false, secret: undefined })).toThrow(says);
  });
});
