import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/password/secret.js';

const CANARY = 'Canary#4f9a-þass';
const secret = new Secret(CANARY);

/** What a pino logger at trace writes for this call, as one text. */
async function logged(write: (log: pino.Logger) => void): Promise<string> {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  write(pino({ level: 'trace' }, out));
  out.end();
  await once(out, 'end');
  return Buffer.concat(chunks).toString('latin1') + Buffer.concat(chunks).toString('utf8');
}

describe('a secret', () => {
  test('gives its text to who asks by name', () => {
    expect(secret.reveal()).toBe(CANARY);
  });

  test('prints as [redacted] through JSON, templates, concatenation and inspect', () => {
    expect(JSON.stringify({ secret, nested: [secret] })).toBe(
      '{"secret":"[redacted]","nested":["[redacted]"]}',
    );
    // The operator is what is tested.
    expect('' + secret).toBe('[redacted]');
    expect(`${secret}`).toBe('[redacted]');
    expect(String(secret)).toBe('[redacted]');
    expect(Number(secret)).toBeNaN();
    expect(inspect(secret)).toBe('[redacted]');
    expect(inspect({ deep: { secret } }, { showHidden: true, showProxy: true, depth: null })).toContain(
      '[redacted]',
    );
    expect(format('%s %j %o %O %d', secret, secret, secret, secret, secret)).not.toContain(CANARY);
  });

  test('does not show through a proxy, a copy, a clone or an inspect that ignores customs', () => {
    const proxy = new Proxy(secret, {});
    const shown = [
      inspect(proxy, { showProxy: true, showHidden: true }),
      inspect(secret, { customInspect: false, showHidden: true, depth: null }),
      inspect({ ...secret }),
      inspect(Object.getOwnPropertyDescriptors(secret), { showHidden: true }),
      inspect(structuredClone(secret), { showHidden: true }),
      serialize(secret).toString('latin1'),
      serialize(secret).toString('utf16le'),
    ].join('\n');
    expect(shown).not.toContain(CANARY);
    expect(shown).not.toContain('Canary');
  });

  test('does not show in an error, its stack or its causes', () => {
    const inner = new Error(`inner ${secret}`, { cause: secret });
    const outer = Object.assign(new AggregateError([inner], `outer ${secret}`, { cause: inner }), { secret });
    const shown =
      inspect(outer, { showHidden: true, depth: null }) + String(outer.stack) + JSON.stringify(outer);
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain('Canary');
  });

  test('does not reach the bytes that pino writes, at any place of a log line', async () => {
    const bytes = await logged((log) => {
      const cause = Object.assign(new Error('inner', { cause: secret }), { password: secret });
      log.trace({ secret, deep: { list: [secret] } }, 'object');
      log.info('text %o %j', secret, secret);
      log.info({ text: format('%s %d', secret, secret) });
      log.error(Object.assign(new Error(`outer ${secret}`, { cause }), { secret }));
      log.error({ err: new AggregateError([cause], 'many') });
      log.child({ bound: secret }).fatal({ map: new Map([['k', secret]]), set: new Set([secret]) }, 'child');
      log.warn({ ...new Error('spread'), cause: [secret] }, 'spread');
    });
    expect(bytes).toContain('[redacted]');
    expect(bytes).not.toContain('Canary');
    expect(bytes).not.toContain('4f9a');
  });

  test('would be found by this test if it did reach them', async () => {
    const bytes = await logged((log) => log.info({ planted: secret.reveal() }));
    expect(bytes).toContain(CANARY);
  });
});
