import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a request shows of who sends it. */
export interface Asking {
  method: string;
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`: browsers say whether another site's page is behind a request. */
  site: string | undefined;
  contentType: string | undefined;
  /** Of the cookie. */
  token: string | undefined;
}

/** Why a request is refused, with the HTTP status that says it. */
export interface Refusal {
  status: 401 | 403 | 415 | 421;
  text: string;
}

/** 256 bits that only whoever sees the terminal knows. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whether a request may pass. Who may: a browser that was given the address of the terminal, on a page of this very server.
 *
 * - Another host's name in `Host` is DNS rebinding: a page from elsewhere whose name leads here by now.
 * - Another `Origin` is CSRF: a page from elsewhere that sends what the browser would add the cookie to.
 *   `SameSite=Strict` keeps the cookie from it as well, and JSON can't be sent across without being asked for.
 *
 * @param port that this server listens on, at 127.0.0.1
 */
export function refusalOf(
  asking: Asking,
  { token, port }: { token: string; port: number },
): Refusal | undefined {
  const { host, origin, site, method, contentType } = asking;
  if (!isOwnHost(host, port)) return { status: 421, text: 'This is another host.' };
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return { status: 403, text: 'Another site asks.' };
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, text: 'Another site asks.' };
  if (!isSame(asking.token, token))
    return {
      status: 401,
      text: 'Open the address that the terminal shows: it has a token that lets you in.',
    };
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (origin === undefined) return { status: 403, text: 'Nobody says which page this comes from.' };
  if (contentType?.split(';')[0] !== 'application/json') return { status: 415, text: 'JSON is expected.' };
  return undefined;
}

/** Whether this is how a browser names the server at this port. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** In the same time wherever they differ, and however long they are. */
export function isSame(given: string | undefined, token: string): boolean {
  const [a, b] = [given ?? '', token].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
