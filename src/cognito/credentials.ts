import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

/** Errors that other credentials may mend: these have expired, or were taken away. */
const OF_CREDENTIALS = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
]);

/** Whether a call that was refused may do better, as it would be signed with other credentials by now. */
export type RenewCredentials = (refused: { name: string; signedBy?: string | undefined }) => Promise<boolean>;

/**
 * The SDK renews credentials in the five minutes before their end, as their source told it. A call may be refused for
 * them all the same: signed just before, or ended by somebody sooner. Then their source is asked for new ones; one that
 * has none (keys in the environment) gives the same again, and the run stops.
 */
export function renewingCredentials(client: CognitoIdentityProviderClient): RenewCredentials {
  return async ({ name, signedBy }) => {
    if (!OF_CREDENTIALS.has(name) || signedBy === undefined) return false;
    try {
      const { credentials } = client.config;
      // All calls in flight are refused together, and one of them has renewed them for the others.
      if ((await credentials()).accessKeyId !== signedBy) return true;
      return (await credentials({ forceRefresh: true })).accessKeyId !== signedBy;
    } catch {
      // A source that fails now leaves the refusal as it is: that says what is to be mended.
      return false;
    }
  };
}

/** Errors of a call say by which access key it was signed (`signedBy`): the SDK may use another by the time that they come. */
export function rememberSigner(client: CognitoIdentityProviderClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error) Object.assign(error, { signedBy: accessKeyOf(args.request) });
        throw error;
      }
    },
    // The last before the request leaves, and so after it was signed.
    { step: 'finalizeRequest', priority: 'low', name: 'rememberSigner' },
  );
}

function accessKeyOf(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('headers' in request)) return undefined;
  const { headers } = request;
  if (typeof headers !== 'object' || headers === null || !('authorization' in headers)) return undefined;
  return /Credential=([^/]+)\//.exec(String(headers.authorization))?.[1];
}
