import type { Pool, User } from './pool.js';

/** A user's attributes in the service's shape. */
export function attributesOf(user: User): { Name: string; Value: string }[] {
  const { sub, email, phone_number, preferred_username, verified } = user;
  return Object.entries({
    sub,
    email,
    ...(email !== undefined && { email_verified: String(verified) }),
    phone_number,
    ...(phone_number !== undefined && { phone_number_verified: String(verified) }),
    preferred_username,
  }).flatMap(([Name, Value]) => (Value === undefined ? [] : [{ Name, Value }]));
}

/** A date as the wire has it: seconds, with a fraction or without. */
export function dateOf({ options }: Pool, milliseconds: number): number {
  return options.wholeSeconds === true ? Math.floor(milliseconds / 1000) : milliseconds / 1000;
}

/** The answer of AdminGetUser. */
export function adminGetUserAnswer(pool: Pool, user: User): object {
  return {
    Username: user.username,
    UserAttributes: attributesOf(user),
    Enabled: user.enabled,
    UserStatus: user.status,
    UserCreateDate: dateOf(pool, pool.createdAt),
    UserLastModifiedDate: dateOf(pool, user.modifiedAt),
  };
}

/** The answer of DescribeUserPool. */
export function describeUserPoolAnswer({ options, policy, createdAt, size }: Pool): object {
  const region = options.id.slice(0, options.id.lastIndexOf('_'));
  return {
    UserPool: {
      Id: options.id,
      Name: options.name ?? 'stand-in',
      Arn: `arn:aws:cognito-idp:${region}:123456789012:userpool/${options.id}`,
      Policies: { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays: 7, ...policy } },
      EstimatedNumberOfUsers: size,
      MfaConfiguration: 'OFF',
      CreationDate: createdAt / 1000,
      LastModifiedDate: createdAt / 1000,
      ...(options.aliasAttributes && { AliasAttributes: options.aliasAttributes }),
      ...(options.usernameAttributes && { UsernameAttributes: options.usernameAttributes }),
      ...(options.caseSensitive !== undefined && {
        UsernameConfiguration: { CaseSensitive: options.caseSensitive },
      }),
    },
  };
}
