// What people write: a for loop over the file's lines, a call and a sleep for each, a line of output now and then.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

const [endpoint, UserPoolId, file, rate] = process.argv.slice(2);
const client = new CognitoIdentityProviderClient({ region: 'eu-west-1', endpoint });
let done = 0;
for (const Username of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
  try {
    await client.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: 'For-loop-1', Permanent: true }),
    );
  } catch (error) {
    process.stdout.write(`${Username}: ${error.name}\n`);
  }
  done += 1;
  if (done % 50 === 0) process.stdout.write(`${done} done\n`);
  await sleep(1_000 / Number(rate));
}
