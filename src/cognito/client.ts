import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

/** How long a connection may take, in ms; AWS answers a TLS handshake well within it. */
const CONNECTION_TIMEOUT = 5_000;
/** How long the first byte of an answer may take, in ms. */
const REQUEST_TIMEOUT = 10_000;
/** How long a socket may be idle in the midst of an answer, in ms; the SDK's own default is 300 s. */
const SOCKET_TIMEOUT = 10_000;

export interface ClientOptions {
  region: string;
  endpoint?: string | undefined;
  profile?: string | undefined;
  /** Calls in flight at once, and so the number of sockets. */
  concurrency: number;
}

/**
 * The one SDK client of a process. Its retries are off (`maxAttempts: 1`): the table in `errors.ts` is the
 * only retry policy, and a retry inside the SDK would pass by the rate limit. Waiting for a socket uses up
 * the timeouts (COGNITO.md 3), so there are as many sockets as calls in flight.
 */
export function createClient(options: ClientOptions): CognitoIdentityProviderClient {
  const agent = { keepAlive: true, maxSockets: options.concurrency };
  return new CognitoIdentityProviderClient({
    region: options.region,
    maxAttempts: 1,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      // Without it `requestTimeout` only warns and waits on (aws-sdk-js-v3 #7421).
      throwOnRequestTimeout: true,
      socketTimeout: SOCKET_TIMEOUT,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
