import type {
  CognitoIdentityProviderClient,
  CognitoIdentityProviderClientConfig,
} from '@aws-sdk/client-cognito-identity-provider';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from './sha256.js';

type SignerOf = Extract<
  NonNullable<CognitoIdentityProviderClientConfig['signer']>,
  (...args: never[]) => unknown
>;

/** As signatures name the service; the SDK says it itself wherever it resolves an endpoint. */
const SERVICE = 'cognito-idp';

/**
 * One signer for all calls of a client. The SDK makes a new one for each, of a copy of its whole configuration, which took
 * some 4 % of a call's processor time (BENCHMARKS.md). Credentials are asked for at each signature, as by the SDK.
 *
 * @param client asked for once the client is made
 */
export function oneSigner(client: () => CognitoIdentityProviderClient): SignerOf {
  let signer: ReturnType<SignerOf> | undefined;
  const make: SignerOf = async (scheme) =>
    new SignatureV4({
      credentials: () => client().config.credentials(),
      region: scheme?.signingRegion ?? (await client().config.region()),
      service: scheme?.signingName ?? SERVICE,
      sha256: Sha256,
    });
  return (scheme) => (signer ??= make(scheme));
}
