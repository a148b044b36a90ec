import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';

/** Who sends the calls: for the record of a run, and for whoever asks afterwards. Neither is a secret. */
export const callerSchema = z.union([z.object({ arn: z.string() }), z.object({ accessKeyId: z.string() })]);
export type Caller = z.infer<typeof callerSchema>;

/** How long the answer may take, in ms: a run can do without it. */
const ANSWER_WITHIN = 2_000;

/**
 * Asks AWS who the credentials belong to (GetCallerIdentity, which needs no permission and which no policy can deny:
 * STS API Reference). Without an answer it is the access key's id; undefined without credentials.
 * An `endpoint` that is not AWS is a stand-in, and then AWS is not asked either, unless AWS_ENDPOINT_URL_STS names one.
 */
export async function callerOf(
  client: CognitoIdentityProviderClient,
  { endpoint, profile }: { endpoint: string | undefined; profile: string | undefined },
): Promise<Caller | undefined> {
  const arn = asksAws(endpoint) ? await askedArn(client, profile).catch(() => undefined) : undefined;
  if (arn !== undefined) return { arn };
  const credentials = await client.config.credentials().catch(() => undefined);
  return credentials === undefined ? undefined : { accessKeyId: credentials.accessKeyId };
}

/** The caller in words. */
export function callerText(caller: Caller): string {
  return 'arn' in caller ? caller.arn : `access key ${caller.accessKeyId}`;
}

async function askedArn(
  client: CognitoIdentityProviderClient,
  profile: string | undefined,
): Promise<string | undefined> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const sts = new STSClient({
    region: client.config.region,
    credentials: client.config.credentials,
    maxAttempts: 1,
    ...(profile === undefined ? {} : { profile }),
  });
  try {
    const abortSignal = AbortSignal.timeout(ANSWER_WITHIN);
    const { Arn: arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
    return arn;
  } finally {
    sts.destroy();
  }
}

function asksAws(endpoint: string | undefined): boolean {
  if (endpoint === undefined || process.env.AWS_ENDPOINT_URL_STS !== undefined) return true;
  return /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);
}
