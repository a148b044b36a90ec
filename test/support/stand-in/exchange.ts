import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, appliesAllTheSame, breakAnswer } from './answer.js';
import type { FaultyCall, Mishap } from './faults.js';
import type { Ledger } from './ledger.js';
import { OPERATIONS, type Operation } from './options.js';
import { passwordHash } from './password-hash.js';
import type { Quotas } from './quotas.js';
import { isError } from './reply.js';
import type { RequestBody, Service } from './service.js';
import { serviceError } from './service-error.js';

/** What the calls of one stand-in share. `mishapOf` is looked up at each call: faults change at run time. */
export interface Shared {
  service: Service;
  ledger: Ledger;
  quotas: Quotas;
  mishapOf: (call: FaultyCall) => Mishap;
  /** Each password that came, if they are to be kept. */
  sent: Set<string>;
  keepPasswords: boolean;
  /** Calls received and not yet answered or broken off. */
  inFlight: number;
  maxInFlight: number;
}

interface Exchange extends FaultyCall {
  at: number;
  request: RequestBody;
  response: ServerResponse;
}

const PREFIX = 'AWSCognitoIdentityProviderService.';

/** One request and its answer. `at` is when its headers had come. */
export function exchange(
  shared: Shared,
  message: IncomingMessage,
  response: ServerResponse,
  at: number,
): void {
  const chunks: Buffer[] = [];
  shared.inFlight += 1;
  shared.maxInFlight = Math.max(shared.maxInFlight, shared.inFlight);
  response.once('close', () => {
    shared.inFlight -= 1;
  });
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.on('end', () => {
    const request = parsed(chunks);
    const operation = operationOf(message);
    if (request === undefined || operation === undefined) {
      const name = operation === undefined ? 'UnknownOperationException' : 'SerializationException';
      answer(response, requestIdOf(shared), serviceError(name));
      return;
    }
    receive(shared, {
      at,
      operation,
      request,
      response,
      username: usernameOf(request),
      accessKeyId: /Credential=([^/]+)\//.exec(message.headers.authorization ?? '')?.[1],
    });
  });
}

function receive(shared: Shared, call: Exchange): void {
  const mishap = shared.mishapOf(call);
  if (mishap.delayMs === 0) carryOut(shared, call, mishap);
  else setTimeout(() => carryOut(shared, call, mishap), mishap.delayMs);
}

/** The line is in the ledger before the first byte of the answer leaves. */
function carryOut(shared: Shared, call: Exchange, { action }: Mishap): void {
  const requestId = requestIdOf(shared);
  if (action?.kind === 'error') {
    const message = action.message?.replaceAll('%body', () => JSON.stringify(call.request));
    const error = serviceError(action.name, message, action.status, call.operation);
    const applied = action.applied === true && !isError(shared.service.call(call.operation, call.request));
    record(shared, call, error.name, applied);
    answer(call.response, requestId, error, action.dateOffsetMs);
    return;
  }
  if (action !== undefined && !appliesAllTheSame(action.kind)) {
    record(shared, call, action.kind, false);
    breakAnswer(call.response, requestId, action.kind, call.request);
    return;
  }
  const reply = shared.quotas.take(call.operation, performance.now())
    ? shared.service.call(call.operation, call.request)
    : serviceError('TooManyRequestsException');
  const applied = !isError(reply);
  if (action !== undefined) {
    record(shared, call, action.kind, applied);
    breakAnswer(call.response, requestId, action.kind, call.request);
    return;
  }
  record(shared, call, isError(reply) ? reply.name : 'ok', applied);
  answer(call.response, requestId, reply);
}

function record(
  shared: Shared,
  { at, operation, username, request }: Exchange,
  answer: string,
  applied: boolean,
): void {
  const { Password: password, Permanent: permanent } = request;
  if (shared.keepPasswords && typeof password === 'string') shared.sent.add(password);
  shared.ledger.record({
    at,
    operation,
    username: username ?? '',
    applied,
    answer,
    passwordHash: typeof password === 'string' ? passwordHash(password) : '',
    permanent: permanent === true,
  });
}

/** The ledger's position of the call is in its request id, so that a report's line leads to its call. */
function requestIdOf(shared: Shared): string {
  return `00000000-0000-4000-8000-${String(shared.ledger.size()).padStart(12, '0')}`;
}

function operationOf(message: IncomingMessage): Operation | undefined {
  const target = message.headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(PREFIX)) return undefined;
  const name = target.slice(PREFIX.length);
  return OPERATIONS.find((operation) => operation === name);
}

function usernameOf(request: RequestBody): string | undefined {
  if (typeof request.Username === 'string') return request.Username;
  const parameters = request.AuthParameters;
  if (typeof parameters !== 'object' || parameters === null || !('USERNAME' in parameters)) return undefined;
  return String(parameters.USERNAME);
}

function parsed(chunks: Buffer[]): RequestBody | undefined {
  try {
    const [only] = chunks;
    const text = chunks.length === 1 && only ? only.toString() : Buffer.concat(chunks).toString();
    const body: unknown = JSON.parse(text);
    // A JSON object has string keys, and their values are unknown: that is what RequestBody says.
    return typeof body === 'object' && body !== null ? (body as RequestBody) : undefined;
  } catch {
    return undefined;
  }
}
