import type { Pool, User } from './pool.js';

/** A user's attributes in the service's shape. */
export function attributesOf(user: User): { Name: string; Value: string }[] {
  const sub = { Name: 'sub', Value: user.sub };
  return user.email === undefined ? [sub] : [sub, { Name: 'email', Value: user.email }];
}

/** The answer of AdminGetUser. */
export function adminGetUserAnswer(pool: Pool, user: User): object {
  return {
    Username: user.username,
    UserAttributes: attributesOf(user),
    Enabled: user.enabled,
    UserStatus: user.status,
    UserCreateDate: pool.createdAt / 1000,
    UserLastModifiedDate: user.modifiedAt / 1000,
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
      ...(options.caseSensitive !== undefined && {
        UsernameConfiguration: { CaseSensitive: options.caseSensitive },
      }),
    },
  };
}
