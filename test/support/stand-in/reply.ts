import type { ServiceError } from './service-error.js';

/** What an operation comes to: the body of a 200, or an error. */
export type Reply = { body: object } | ServiceError;

export function isError(reply: Reply): reply is ServiceError {
  return 'name' in reply;
}
