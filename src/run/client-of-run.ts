import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { createClient } from '../cognito/client.js';
import type { RunRecord } from './record.js';
import { checkEndpoint, endpointOfEnvironment } from './request.js';

/** A client for the pool of an earlier run, at the run's own endpoint. Throws UsageError. */
export function clientOfRun(
  { region, endpoint, profile }: RunRecord,
  options: { profile?: string | undefined },
): CognitoIdentityProviderClient {
  // The run's own endpoint was allowed when it began; one that the environment has got since was not.
  if (endpoint === undefined) checkEndpoint(endpointOfEnvironment(process.env), false);
  return createClient({
    region,
    endpoint,
    profile: options.profile ?? profile,
    allowHttp: endpoint?.startsWith('http:') === true,
  });
}
