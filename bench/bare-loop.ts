import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { POOL } from './place.js';

/** Calls in flight, of the loop and of the runs that are measured against it. */
export const IN_FLIGHT = 50;

export function bareClient(endpoint: string): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' },
  });
}

export async function setOne(client: CognitoIdentityProviderClient, row: number): Promise<void> {
  const input = { UserPoolId: POOL, Username: `user-${row}`, Password: 'Bare-loop-1', Permanent: true };
  await client.send(new AdminSetUserPasswordCommand(input));
}

/** The least that can be done: the SDK and nothing else, 50 calls in flight, one password for all, nothing written down. */
export async function bareLoop(client: CognitoIdentityProviderClient, rows: number): Promise<void> {
  let next = 1;
  const worker = async () => {
    while (next <= rows) {
      const row = next;
      next += 1;
      await setOne(client, row);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
