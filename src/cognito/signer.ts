import type { CognitoIdentityProviderClientConfig } from '@aws-sdk/client-cognito-identity-provider';
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
 * some 4 % of a call's processor time (BENCHMARKS.md).
 *
 * @param credentials asked for at each signature, as by the SDK
 */
export function oneSigner(
  region: string,
  credentials: Extract<ConstructorParameters<typeof SignatureV4>[0]['credentials'], () => unknown>,
): SignerOf {
  let signer: SignatureV4 | undefined;
  return async (scheme) =>
    (signer ??= new SignatureV4({
      credentials,
      region: scheme?.signingRegion ?? region,
      service: scheme?.signingName ?? SERVICE,
      sha256: Sha256,
    }));
}
