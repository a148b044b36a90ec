import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { rememberSigner } from './credentials.js';
import { httpHandler } from './http.js';
import { Sha256 } from './sha256.js';
import { oneSigner } from './signer.js';
import { useOneUserAgent } from './user-agent.js';

export interface ClientOptions {
  region: string;
  endpoint?: string | undefined;
  profile?: string | undefined;
  /** Calls in flight at once, and so the number of sockets. */
  concurrency: number;
  /** `--allow-http`. @default false */
  allowHttp?: boolean | undefined;
}

/** Wherever the endpoint came from, a profile included: without TLS no call is sent unless that was asked for. */
export class EndpointWithoutTlsError extends Error {
  override readonly name = 'EndpointWithoutTls';

  constructor() {
    super('the endpoint would carry passwords in the clear: use https, or add --allow-http');
  }
}

/**
 * The one SDK client of a process. Its retries are off (`maxAttempts: 1`): the table in `errors.ts` is the
 * only retry policy, and a retry inside the SDK would pass by the rate limit. Waiting for a socket uses up
 * the timeouts (COGNITO.md 3), so there are as many sockets as calls in flight.
 */
export function createClient(options: ClientOptions): CognitoIdentityProviderClient {
  const client: CognitoIdentityProviderClient = new CognitoIdentityProviderClient({
    region: options.region,
    maxAttempts: 1,
    sha256: Sha256,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    signer: oneSigner(() => client),
    requestHandler: httpHandler(options.concurrency),
  });
  useOneUserAgent(client);
  if (options.allowHttp !== true) refuseHttp(client);
  rememberSigner(client);
  return client;
}

function refuseHttp(client: CognitoIdentityProviderClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      const isHttps =
        typeof request === 'object' &&
        request !== null &&
        'protocol' in request &&
        request.protocol === 'https:';
      if (!isHttps) throw new EndpointWithoutTlsError();
      return next(args);
    },
    { step: 'finalizeRequest', name: 'refuseHttp' },
  );
}
