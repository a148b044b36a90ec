import { createHash } from 'node:crypto';
import { type Generated, generatedUsers } from './generated-users.js';
import type { Alias, PolicyOptions, PoolOptions, UserOptions, UserStatus } from './options.js';
import { passwordHash } from './password-hash.js';

/** One user as the pool knows them. */
export interface User {
  username: string;
  sub: string;
  email: string | undefined;
  phone_number: string | undefined;
  preferred_username: string | undefined;
  /** Whether e-mail and phone number are. */
  verified: boolean;
  status: UserStatus;
  enabled: boolean;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  /** Before the last password set: what ListUsers shows for a while. */
  previous: { status: UserStatus; modifiedAt: number } | undefined;
  /** Of the password that signs in now. */
  passwordHash: string | undefined;
  /** Of the passwords that a history of the policy's size forbids, the newest last. */
  history: string[];
  /** Only with keepPasswords. */
  password: string | undefined;
  signOuts: number;
}

export interface Pool {
  options: PoolOptions;
  policy: PolicyOptions;
  clientId: string;
  createdAt: number;
  size: number;
  /** Pages of ListUsers so far. */
  listedPages: number;
  /** By username, sub or alias, in the pool's own rule of case. The object is live: changes to it are kept. */
  find(name: string): User | undefined;
  /** The nth user, from 0, for listing; changes to it may be lost. */
  at(index: number): User | undefined;
}

const NO_GENERATED: Generated = { count: 0, nameAt: () => '', has: () => false };

/** A pool with its users. Generated users become objects only when they are found by name. */
export function createPool(options: PoolOptions): Pool {
  const createdAt = Date.now();
  const fold =
    options.caseSensitive === false ? (name: string) => name.toLowerCase() : (name: string) => name;
  const listed = (options.users ?? []).map((user) => userOf(user, createdAt));
  const generated = options.generated ? generatedUsers(options.generated) : NO_GENERATED;
  const status = options.generated?.status;
  const byName = new Map<string, User>();
  const aliases = new Map<string, User>();
  for (const user of listed) {
    byName.set(fold(user.username), user);
    aliases.set(user.sub, user);
    for (const alias of aliasesOf(user, options)) aliases.set(fold(alias), user);
  }
  const fresh = (username: string): User => userOf({ username, ...(status && { status }) }, createdAt);
  const touch = (name: string): User | undefined => {
    if (!generated.has(name)) return undefined;
    const user = fresh(name);
    byName.set(fold(name), user);
    return user;
  };
  return {
    options,
    policy: options.policy ?? {},
    clientId: options.clientId ?? `client${options.id.slice(options.id.lastIndexOf('_') + 1)}`,
    createdAt,
    size: listed.length + generated.count,
    listedPages: 0,
    find: (name) => byName.get(fold(name)) ?? aliases.get(fold(name)) ?? touch(name) ?? touch(fold(name)),
    at: (index) => {
      if (index < listed.length) return listed[index];
      const nth = index - listed.length;
      if (nth >= generated.count) return undefined;
      const name = generated.nameAt(nth);
      return byName.get(fold(name)) ?? fresh(name);
    },
  };
}

function aliasesOf(user: User, { aliasAttributes = [], usernameAttributes = [] }: PoolOptions): string[] {
  const verified = (kind: Alias) => kind === 'preferred_username' || user.verified;
  return [...aliasAttributes.filter(verified), ...usernameAttributes].flatMap((kind) => user[kind] ?? []);
}

function userOf(options: string | UserOptions, now: number): User {
  const given: UserOptions = typeof options === 'string' ? { username: options } : options;
  const hash = given.password === undefined ? undefined : passwordHash(given.password);
  return {
    username: given.username,
    sub: given.sub ?? subOf(given.username),
    email: given.email,
    phone_number: given.phone_number,
    preferred_username: given.preferred_username,
    verified: given.verified ?? true,
    status: given.status ?? 'CONFIRMED',
    enabled: given.enabled ?? true,
    modifiedAt: given.modifiedAt ?? now,
    previous: undefined,
    passwordHash: hash,
    history: hash === undefined ? [] : [hash],
    password: undefined,
    signOuts: 0,
  };
}

function subOf(username: string): string {
  const hex = createHash('sha256').update(`sub of ${username}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
