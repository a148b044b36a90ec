import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queueLocation } from '../../src/queue/location.js';
import { UsageError } from '../../src/usage-error.js';

describe('--queue', () => {
  test.each([undefined, ''])('left out (%j) is the embedded queue', (url) => {
    expect(queueLocation(url)).toEqual({ kind: 'embedded' });
  });

  test.each([
    ['redis://host:6379', 'redis'],
    ['redis://host', 'redis'],
    ['redis://[::1]:6379/2', 'redis'],
    ['rediss://user:secret@host:6380/0', 'redis'],
    ['unix:///run/redis.sock', 'redis'],
    ['redis+unix:///run/redis.sock', 'redis'],
    ['postgres://host/database', 'postgres'],
    ['postgresql://user:secret@host:5432/database?sslmode=require', 'postgres'],
  ])('%s is a queue on %s, connected to by its whole URL', (url, kind) => {
    expect(queueLocation(url)).toMatchObject({ kind, url });
  });

  test('a unix socket’s path is read as it is written in a URL', () => {
    expect(queueLocation('unix:///run/my%20redis/redis.sock')).toMatchObject({
      socketPath: '/run/my redis/redis.sock',
    });
  });

  test.each([
    ['host:6379', /redis:\/\//],
    ['not a url', /not a URL: use redis:\/\//],
    ['amqp://host', /amqp:\/\/ is not known here: use redis:\/\//],
    ['http://host:6379', /http:\/\/ is not known here/],
    ['/run/redis.sock', /not a URL: use redis:\/\//],
  ])('%s is refused in words that say what to use', (url, words) => {
    expect(() => queueLocation(url)).toThrow(UsageError);
    expect(() => queueLocation(url)).toThrow(words);
  });
});

describe('TLS is not lost by accident', () => {
  test.each(['REDISS://host:6380', ' rediss://host:6380', 'redi\nss://host:6380', 'Rediss://host:6380'])(
    '%j is given on as rediss://',
    (url) => {
      expect(queueLocation(url)).toMatchObject({ url: 'rediss://host:6380' });
    },
  );

  test.each(['rediss://host?tls=', 'rediss://host?tls=false&db=1', 'redis://host?tls=true'])(
    '%s is refused: the scheme says whether there is TLS',
    (url) => {
      expect(() => queueLocation(url)).toThrow(/rediss:\/\//);
    },
  );
});

describe('what is shown of a queue', () => {
  test.each([
    ['redis://:hunter2@host:6379', 'redis://:redacted@host:6379'],
    ['rediss://user:hunter2@host/0', 'rediss://user:redacted@host/0'],
    ['postgres://user:hunter2@host/db', 'postgres://user:redacted@host/db'],
    ['postgres://host/db?user=me&password=hunter2', 'postgres://host/db?user=me&password=redacted'],
    ['unix:///run/redis.sock?password=hunter2', 'unix:///run/redis.sock?password=redacted'],
  ])('%s without its password', (url, shown) => {
    expect(queueLocation(url)).toMatchObject({ shown, url });
  });

  test('never holds the password, whatever characters it has', () => {
    const password = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' });
    const scheme = fc.constantFrom('redis', 'rediss', 'postgres');
    fc.assert(
      fc.property(scheme, password, (name, secret) => {
        const encoded = encodeURIComponent(secret);
        for (const url of [`${name}://u:${encoded}@host/0`, `${name}://host/0?password=${encoded}`]) {
          const location = queueLocation(url);
          const shown = 'shown' in location ? location.shown : '';
          expect(shown).toContain('redacted');
          expect(shown).not.toContain(encoded);
        }
      }),
    );
  });

  test('an error about a queue does not repeat a URL that may hold a password', () => {
    expect(() => queueLocation('amqp://user:hunter2@host')).toThrow(/^(?!.*hunter2)/);
    expect(() => queueLocation('user:hunter2@host')).toThrow(/^(?!.*hunter2)/);
  });
});
