import type { ServerResponse } from 'node:http';
import type { Breakage } from './options.js';
import { isError, type Reply } from './reply.js';

const JSON_TYPE = 'application/x-amz-json-1.1';

/** Sends the reply as the service does. `dateOffsetMs` falsifies the Date header. */
export function answer(response: ServerResponse, requestId: string, reply: Reply, dateOffsetMs = 0): void {
  const failed = isError(reply);
  const body = JSON.stringify(failed ? { __type: reply.name, message: reply.message } : reply.body);
  const headers: Record<string, string | number> = {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': requestId,
  };
  if (failed) {
    headers['x-amzn-errortype'] = `${reply.name}:`;
    // Header values are Latin-1 without control characters; the service leaves out what does not fit.
    headers['x-amzn-errormessage'] = reply.message.replaceAll(/[^ -~]/g, '?');
  }
  if (dateOffsetMs !== 0) headers.date = new Date(Date.now() + dateOffsetMs).toUTCString();
  response.writeHead(failed ? reply.status : 200, headers).end(body);
}

/** Answers wrongly, or not at all. */
export function breakAnswer(
  response: ServerResponse,
  requestId: string,
  kind: Breakage,
  request: Record<string, unknown>,
): void {
  const headers = { 'content-type': JSON_TYPE, 'x-amzn-requestid': requestId };
  switch (kind) {
    case 'reset-before-apply':
    case 'reset-after-apply':
      // A RST and not an orderly end: what a crashed host or a middlebox sends.
      response.socket?.resetAndDestroy();
      return;
    case 'hang-before':
    case 'hang-after-apply':
      return;
    case 'stall-body':
      response.writeHead(200, { ...headers, 'content-length': 2 }).write('{');
      return;
    case 'cut-body':
      response.writeHead(200, { ...headers, 'content-length': 100 });
      response.write('{"half":', () => response.socket?.destroy());
      return;
    case 'html-503':
      response
        .writeHead(503, { 'content-type': 'text/html' })
        .end('<html><body><h1>503 Service Unavailable</h1></body></html>');
      return;
    case 'ok-not-json':
      response.writeHead(200, headers).end('this is not JSON');
      return;
    case 'echo-503':
      response
        .writeHead(503, headers)
        .end(`${String(request.Password)} was sent: ${JSON.stringify(request)}`);
      return;
    case 'echo-password':
      response.writeHead(200, headers).end(String(request.Password));
      return;
    case 'ok-empty':
      response.writeHead(200, { ...headers, 'content-length': 0 }).end();
      return;
  }
}

/** Whether a call that breaks in this way was carried out all the same. */
export function appliesAllTheSame(kind: Breakage): boolean {
  return (
    kind !== 'reset-before-apply' && kind !== 'hang-before' && kind !== 'html-503' && kind !== 'echo-503'
  );
}
