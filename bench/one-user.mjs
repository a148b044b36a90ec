// What a shell loop starts for each user: the SDK, one call.
import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

const [endpoint, UserPoolId, Username] = process.argv.slice(2);
const client = new CognitoIdentityProviderClient({ region: 'eu-west-1', endpoint });
await client.send(
  new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: 'One-user-1', Permanent: true }),
);
