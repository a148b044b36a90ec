import { expect, test } from 'vitest';
import { type Naming, namesOf } from '../../src/check/user-names.js';
import { listedUser } from './listed-user.js';

const naming = (more: Partial<Naming> = {}): Naming => ({
  caseSensitive: true,
  aliasAttributes: [],
  usernameAttributes: [],
  ...more,
});
const FULL = {
  sub: 'the-sub',
  email: 'bob@example.com',
  email_verified: 'true',
  phone_number: '+4912345',
  phone_number_verified: 'false',
  preferred_username: 'bobby',
};
const kinds = (...args: Parameters<typeof namesOf>) => namesOf(...args).map(([, kind]) => kind);

test('a user goes by username and sub, and by no attribute that is no alias of the pool', () => {
  expect(namesOf(listedUser('bob', FULL), naming())).toEqual([
    ['bob', 'username'],
    ['the-sub', 'sub'],
  ]);
});

test('an e-mail address or phone number that is an alias names its user once it is verified', () => {
  const aliases = naming({ aliasAttributes: ['email', 'phone_number', 'preferred_username'] });
  expect(kinds(listedUser('bob', FULL), aliases)).toEqual(['username', 'sub', 'email', 'preferred_username']);
  const unverified = { ...FULL, email_verified: 'false', phone_number_verified: 'true' };
  expect(kinds(listedUser('bob', unverified), aliases)).toEqual([
    ...['username', 'sub', 'phone_number', 'preferred_username'],
  ]);
});

test('where people sign in by e-mail address in place of a username, it names its user from the first', () => {
  const { email_verified: _, ...unverified } = FULL;
  expect(kinds(listedUser('a-uuid', unverified), naming({ usernameAttributes: ['email'] }))).toEqual([
    ...['username', 'sub', 'email'],
  ]);
});

test('the sub of a federated user names nobody to AdminSetUserPassword', () => {
  const federated = listedUser('google_1', FULL, { status: 'EXTERNAL_PROVIDER' });
  expect(kinds(federated, naming({ aliasAttributes: ['email'] }))).toEqual(['username', 'email']);
});
