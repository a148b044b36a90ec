import { describe, expect, test } from 'vitest';
import { type Asking, newToken, refusalOf } from '../../src/ui/gate.js';

const PORT = 8080;
const token = newToken();
const get: Asking = {
  method: 'GET',
  host: `127.0.0.1:${PORT}`,
  origin: undefined,
  site: 'none',
  contentType: undefined,
  token,
};
const post: Asking = {
  ...get,
  method: 'POST',
  origin: `http://127.0.0.1:${PORT}`,
  site: 'same-origin',
  contentType: 'application/json',
};
const status = (asking: Asking) => refusalOf(asking, { token, port: PORT })?.status;

test('whoever has the token gets in, by either name of this host', () => {
  expect(status(get)).toBeUndefined();
  expect(status({ ...get, host: `localhost:${PORT}` })).toBeUndefined();
  expect(status(post)).toBeUndefined();
  expect(status({ ...post, contentType: 'application/json; charset=utf-8' })).toBeUndefined();
});

describe('refused', () => {
  test.each<[string, Asking, number]>([
    ['without the token', { ...get, token: undefined }, 401],
    ['with another token', { ...get, token: newToken() }, 401],
    ['with the beginning of the token', { ...get, token: token.slice(0, -1) }, 401],
    ['a name that was led here (DNS rebinding)', { ...get, host: `evil.example:${PORT}` }, 421],
    ['another port', { ...get, host: '127.0.0.1:1' }, 421],
    ['no host', { ...get, host: undefined }, 421],
    ['what another site’s page asks for', { ...get, site: 'cross-site' }, 403],
    ['what a page of another port asks for', { ...get, site: 'same-site' }, 403],
    ['a post from another site (CSRF)', { ...post, origin: 'https://evil.example', site: undefined }, 403],
    ['a post from a page without an origin', { ...post, origin: 'null' }, 403],
    ['a post that names no origin', { ...post, origin: undefined }, 403],
    ['a post as a form would send it', { ...post, contentType: 'text/plain' }, 415],
  ])('%s', (_, asking, expected) => {
    expect(status(asking)).toBe(expected);
  });
});
