import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

/** As CloudTrail shows who called. */
const PROGRAM = `cognito-bulk-reset aws-sdk-js/3 lang/js md/nodejs#${process.versions.node}`;

/**
 * Has one header for all calls of a client. The SDK puts it together anew for each, escaping every part, which took some
 * 6 % of a call's processor time (BENCHMARKS.md). The application's id that a profile or AWS_SDK_UA_APP_ID gives stays in it.
 */
export function useOneUserAgent(client: CognitoIdentityProviderClient): void {
  let header: Promise<string> | undefined;
  const make = async () => {
    const id = await client.config.userAgentAppId();
    return id === undefined ? PROGRAM : `${PROGRAM} app/${id.replace(/[^\w!#$%&'*+.^`|~-]/g, '-')}`;
  };
  client.middlewareStack.remove('getUserAgentMiddleware');
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (hasHeaders(request)) request.headers['user-agent'] = await (header ??= make());
      return next(args);
    },
    { step: 'build', name: 'oneUserAgent' },
  );
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request;
}
