/**
 * What a stand-in can be told. All of it is plain JSON, so that the same options start it in this process
 * or in one of its own, and can be changed over HTTP while it runs.
 */

export const OPERATIONS = [
  'AdminSetUserPassword',
  'DescribeUserPool',
  'ListUsers',
  'AdminGetUser',
  'AdminUserGlobalSignOut',
  'AdminDisableUser',
  'AdminEnableUser',
  'InitiateAuth',
] as const;

export type Operation = (typeof OPERATIONS)[number];

export type UserStatus =
  'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'UNCONFIRMED' | 'EXTERNAL_PROVIDER' | 'RESET_REQUIRED';

export type Alias = 'email' | 'phone_number' | 'preferred_username';

export interface UserOptions {
  username: string;
  /** @default 'CONFIRMED' */
  status?: UserStatus;
  /** @default true */
  enabled?: boolean;
  /** @default made from the username, the same each time */
  sub?: string;
  email?: string;
  /** Whether e-mail and phone number are. @default true */
  verified?: boolean;
  phone_number?: string;
  preferred_username?: string;
  /** Milliseconds since 1970. @default when the pool was made */
  modifiedAt?: number;
  /** What the user signs in with before any reset; it counts in the password history. */
  password?: string;
}

/** Many users without a line each: they cost no memory until one is touched. */
export interface GeneratedUsers {
  /** One `%d` (or zero-padded, `%06d`) where the number goes: `user-%d`. */
  pattern: string;
  /** The first number. @default 1 */
  from?: number;
  count: number;
  /** @default 'CONFIRMED' */
  status?: UserStatus;
}

/** PasswordPolicyType of the service. */
export interface PolicyOptions {
  MinimumLength?: number;
  RequireUppercase?: boolean;
  RequireLowercase?: boolean;
  RequireNumbers?: boolean;
  RequireSymbols?: boolean;
  PasswordHistorySize?: number;
  TemporaryPasswordValidityDays?: number;
}

export interface PoolOptions {
  id: string;
  /** @default 'stand-in' */
  name?: string;
  /** @default eight characters, no required class, no history */
  policy?: PolicyOptions;
  /** UsernameConfiguration.CaseSensitive; absent, the answer has no UsernameConfiguration and case counts. */
  caseSensitive?: boolean;
  /** Other ways to name a user; e-mail and phone number once they are verified. */
  aliasAttributes?: Alias[];
  /** The ways to name a user, verified or not, beside a username that the service makes. */
  usernameAttributes?: ('email' | 'phone_number')[];
  users?: (string | UserOptions)[];
  generated?: GeneratedUsers;
  /** An app client that may sign users in with USER_PASSWORD_AUTH. @default 'client' + the id after its `_` */
  clientId?: string;
  /** Every nth page of ListUsers comes back empty, with a token: the service may do so. */
  emptyPageEvery?: number;
  /** So many pages of ListUsers show users as they were before their last password set: it is eventually consistent. @default 0 */
  stalePages?: number;
  /** Dates in whole seconds. @default false */
  wholeSeconds?: boolean;
}

export type QuotaCategory =
  'UserAccountRecovery' | 'UserUpdate' | 'UserList' | 'UserRead' | 'UserPoolRead' | 'UserAuthentication';

export type QuotaOptions =
  /** At most `limit` calls in any second that slides. */
  | { kind: 'sliding'; limit: number }
  /** `rate` a second, and `burst` at once after a rest. */
  | { kind: 'token-bucket'; rate: number; burst: number }
  /** At most `limit` in each second of the stand-in's clock. */
  | { kind: 'fixed-window'; limit: number };

/** Somebody else on the account who uses the same quota, evenly spaced. */
export interface NeighbourOptions {
  /** Calls a second. */
  rate: number;
  /** Milliseconds from now until it comes. @default 0 */
  afterMs?: number;
  /** Milliseconds that it stays. @default for ever */
  forMs?: number;
}

export interface StandInOptions {
  pools: PoolOptions[];
  faults?: Fault[];
  /** None applies unless it is named here. */
  quotas?: Partial<Record<QuotaCategory, QuotaOptions>>;
  /** The port to listen on, on 127.0.0.1. @default any free one */
  port?: number;
  /** Keeps each user's last password in plain text, for `passwordOf`. @default false */
  keepPasswords?: boolean;
}

/** All conditions that are given must hold. Calls are counted from 1, among those that the others let through. */
export interface FaultMatch {
  /** @default 'AdminSetUserPassword' */
  operation?: Operation | '*';
  /** Exactly as sent. */
  username?: string;
  /** The access key id that signed the call. */
  accessKeyId?: string;
  everyNth?: number;
  /** Only the first k calls. */
  first?: number;
  /** Each call with this probability, drawn from `seed`. */
  probability?: number;
  /** @default 1 */
  seed?: number;
}

export interface Fault extends FaultMatch {
  action: FaultAction;
  /** How often it applies before it is used up. @default always */
  times?: number;
}

export type FaultAction =
  | {
      kind: 'error';
      name: string;
      /** `%body` becomes the body of the request. @default the service's own words for this name */
      message?: string;
      /** HTTP status. @default the service's own for this name */
      status?: number;
      /** The call is applied all the same. @default false */
      applied?: boolean;
      /** Shifts the answer's Date header, from which the SDK learns of a skewed clock. Milliseconds. */
      dateOffsetMs?: number;
    }
  /** Waits, and goes on to the next fault that matches. */
  | { kind: 'latency'; ms: number }
  | { kind: Breakage };

export const BREAKAGES = [
  /** The connection is reset; the call was not applied. */
  'reset-before-apply',
  /** The connection is reset; the call was applied. */
  'reset-after-apply',
  /** Nothing is ever answered; not applied. */
  'hang-before',
  /** Nothing is ever answered; applied. */
  'hang-after-apply',
  /** Applied; 200 and headers, and a body that never ends. */
  'stall-body',
  /** Applied; 200 and half of a body, and then the connection is cut. */
  'cut-body',
  /** 503 with a page of HTML, as a load balancer does; not applied. */
  'html-503',
  /** Applied; 200 with a body that is no JSON. */
  'ok-not-json',
  /** Applied; 200 with no body. */
  'ok-empty',
  /** 503 with the request as the answer, as a careless proxy does; not applied. */
  'echo-503',
  /** Applied; 200 with the password as the answer, which is no JSON. */
  'echo-password',
] as const;

export type Breakage = (typeof BREAKAGES)[number];
