import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { rememberSigner } from './credentials.js';
import { Sha256 } from './sha256.js';
import { oneSigner } from './signer.js';
import { useOneUserAgent } from './user-agent.js';

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
  /** `--allow-http`. @default false */
  allowHttp?: boolean | undefined;
}

/** Wherever the endpoint came from, a profile included: without TLS no call is sent unless that was asked for. */
class EndpointWithoutTlsError extends Error {
  override readonly name = 'EndpointWithoutTls';

  constructor() {
    super('the endpoint would carry passwords in the clear: use https, or add --allow-http');
  }
}

/**
 * The one SDK client of a process. Its retries are off (`maxAttempts: 1`): the table in `errors.ts` is the
 * only retry policy, and a retry inside the SDK would pass by the rate limit. Waiting for a socket uses up
 * the timeouts (COGNITO.md 3), so there are as many sockets as calls in flight, which others limit.
 */
export function createClient(options: ClientOptions): CognitoIdentityProviderClient {
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  const client: CognitoIdentityProviderClient = new CognitoIdentityProviderClient({
    region: options.region,
    maxAttempts: 1,
    sha256: Sha256,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    signer: oneSigner(options.region, () => client.config.credentials()),
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
