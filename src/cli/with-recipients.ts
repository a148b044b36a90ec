import type { RunRequest } from '../run/request.js';
import { UsageError } from '../usage-error.js';

/** The request with the public keys of those who may read the passwords, all of them read and found good. */
export async function withRecipients(request: RunRequest, given: readonly string[]): Promise<RunRequest> {
  if (given.length === 0) return request;
  if (request.mode !== 'generate') throw new UsageError('--recipient goes with --generate only.');
  const { readRecipients } = await import('../credentials/recipients.js');
  return { ...request, recipients: await readRecipients(given) };
}
