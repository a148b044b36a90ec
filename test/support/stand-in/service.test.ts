import { describe, expect, test } from 'vitest';
import type { Operation, PoolOptions } from './options.js';
import { createService } from './service.js';

const POOL = 'eu-west-1_StandIn1';
const STRICT = {
  MinimumLength: 10,
  RequireUppercase: true,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
};

const serviceOf = (pool: Partial<PoolOptions>) => {
  const service = createService([{ id: POOL, ...pool }], false);
  const call = (operation: Operation, request: object) =>
    service.call(operation, { UserPoolId: POOL, ...request });
  const set = (Password: unknown, Permanent = true, Username: unknown = 'ann') =>
    call('AdminSetUserPassword', { Username, Password, Permanent });
  return { ...service, call, set };
};

describe('AdminSetUserPassword', () => {
  test.each([
    [
      'Aa1!',
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6",
    ],
    [
      ' Aa1!aaaaaaa',
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
    ],
    [
      'x'.repeat(257),
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256",
    ],
    [
      undefined,
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
    ],
  ])('refuses what is no password at all: %j', (password, message) => {
    const reply = serviceOf({ users: ['ann'] }).set(password);
    expect(reply).toEqual({ name: 'InvalidParameterException', message, status: 400 });
  });

  test.each([
    ['Aa1!aaaa', 'Password not long enough'],
    ['aa1!aaaaaa', 'Password must have uppercase characters'],
    ['AA1!AAAAAA', 'Password must have lowercase characters'],
    ['Aa!!aaaaaa', 'Password must have numeric characters'],
    ['Aa11aaaaaa', 'Password must have symbol characters'],
    ['Aa11aaaaaé', 'Password must have symbol characters'],
  ])("holds the pool's policy against %s", (password, complaint) => {
    const reply = serviceOf({ users: ['ann'], policy: STRICT }).set(password);
    const message = `Password did not conform with policy: ${complaint}`;
    expect(reply).toEqual({ name: 'InvalidPasswordException', message, status: 400 });
  });

  test('takes a password that fits, a space inside counting as a symbol', () => {
    expect(serviceOf({ users: ['ann'], policy: STRICT }).set('Aa1 aaaaaa')).toEqual({ body: {} });
  });

  test('remembers as many passwords as the policy says, and a refused one changes nothing', () => {
    const { set } = serviceOf({ users: ['ann'], policy: { PasswordHistorySize: 2 } });
    const answers = ['first-one', 'second-one', 'first-one', 'third-one', 'first-one'].map((password) => {
      const reply = set(password);
      return 'name' in reply ? reply.name : 'ok';
    });
    expect(answers).toEqual(['ok', 'ok', 'PasswordHistoryPolicyViolationException', 'ok', 'ok']);
  });

  test.each(['CONFIRMED', 'UNCONFIRMED', 'FORCE_CHANGE_PASSWORD', 'EXTERNAL_PROVIDER'] as const)(
    'confirms a user who was %s, or leaves them to change the password',
    (status) => {
      const service = serviceOf({ users: [{ username: 'ann', status }] });
      service.set('long enough 1');
      expect(service.find(POOL, 'ann')?.status).toBe('CONFIRMED');
      service.set('long enough 2', false);
      expect(service.find(POOL, 'ann')?.status).toBe('FORCE_CHANGE_PASSWORD');
    },
  );

  test.each([
    ['nobody', 'UserNotFoundException', 'User does not exist.'],
    ['two words', 'InvalidParameterException', /at 'username' failed .* \[\\p\{L\}/],
    ['x'.repeat(129), 'InvalidParameterException', /at 'username' .* less than or equal to 128/],
  ])('knows no user %s', (username, name, message) => {
    const reply = serviceOf({ users: ['ann'] }).set('long enough', true, username);
    expect(reply).toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test('names every field that is wrong at once', () => {
    expect(serviceOf({}).call('AdminSetUserPassword', { UserPoolId: 'bad' })).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/^3 validation errors detected: .*userPoolId.*username.*password/),
    });
  });

  test('knows no other pool', () => {
    const reply = serviceOf({}).call('AdminSetUserPassword', {
      UserPoolId: 'eu-west-1_Other',
      Username: 'ann',
      Password: 'long enough',
    });
    expect(reply).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'User pool eu-west-1_Other does not exist.',
    });
  });
});

describe('how a user is found', () => {
  test('case counts, unless the pool says that it does not', () => {
    expect(serviceOf({ users: ['ann'] }).find(POOL, 'ANN')).toBeUndefined();
    expect(serviceOf({ users: ['Ann'], caseSensitive: false }).find(POOL, 'aNN')?.username).toBe('Ann');
  });

  test('by sub, and by an e-mail address that is an alias', () => {
    const users = [{ username: 'ann', sub: 'c0ffee', email: 'ann@example.com' }];
    expect(serviceOf({ users }).find(POOL, 'c0ffee')?.username).toBe('ann');
    expect(serviceOf({ users }).find(POOL, 'ann@example.com')).toBeUndefined();
    const aliased = serviceOf({ users, aliasAttributes: ['email'] });
    expect(aliased.find(POOL, 'ann@example.com')?.username).toBe('ann');
  });

  test('a million generated users exist by their names and by no others', () => {
    const { find } = serviceOf({ generated: { pattern: 'user-%d', count: 1_000_000 } });
    expect(find(POOL, 'user-1000000')).toBeDefined();
    for (const other of ['user-0', 'user-1000001', 'user-01', 'user-1.0', 'user-', 'user-1 ']) {
      expect(find(POOL, other), other).toBeUndefined();
    }
  });
});

describe('the other operations', () => {
  test('DescribeUserPool tells name, policy, case and size', () => {
    const { call } = serviceOf({ name: 'Shop', users: ['ann'], policy: STRICT, caseSensitive: false });
    expect(call('DescribeUserPool', {})).toMatchObject({
      body: {
        UserPool: {
          Id: POOL,
          Name: 'Shop',
          Policies: { PasswordPolicy: STRICT },
          UsernameConfiguration: { CaseSensitive: false },
          EstimatedNumberOfUsers: 1,
        },
      },
    });
  });

  test('AdminDisableUser, AdminEnableUser and AdminUserGlobalSignOut are remembered', () => {
    const { call } = serviceOf({ users: ['ann'] });
    call('AdminDisableUser', { Username: 'ann' });
    expect(call('AdminGetUser', { Username: 'ann' })).toMatchObject({ body: { Enabled: false } });
    call('AdminEnableUser', { Username: 'ann' });
    expect(call('AdminGetUser', { Username: 'ann' })).toMatchObject({ body: { Enabled: true } });
    expect(call('AdminUserGlobalSignOut', { Username: 'bob' })).toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  test('InitiateAuth tells the right password from a wrong one, and a temporary one from a permanent one', () => {
    const { call, set } = serviceOf({ users: ['ann'], clientId: 'app' });
    const attempt = (PASSWORD: string) =>
      call('InitiateAuth', {
        ClientId: 'app',
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'ann', PASSWORD },
      });
    set('long enough');
    expect(attempt('long enough')).toMatchObject({ body: { AuthenticationResult: { TokenType: 'Bearer' } } });
    expect(attempt('not that')).toMatchObject({ name: 'NotAuthorizedException' });
    set('long enough', false);
    expect(attempt('not that')).toMatchObject({ name: 'NotAuthorizedException' });
    expect(attempt('long enough')).toMatchObject({ body: { ChallengeName: 'NEW_PASSWORD_REQUIRED' } });
    call('AdminDisableUser', { Username: 'ann' });
    expect(attempt('long enough')).toMatchObject({
      name: 'NotAuthorizedException',
      message: 'User is disabled.',
    });
  });
});
