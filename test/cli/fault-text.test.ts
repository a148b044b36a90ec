import { expect, test } from 'vitest';
import { faultText } from '../../src/cli/fault-text.js';
import { RunKey } from '../../src/password/run-key.js';

const CANARY = 'Canary-55d0-password';

/** An error as a library throws it: its first frame is in its own file. */
function thrownBy(place: string, error: Error): Error {
  error.stack = `${error.name}: ${error.message}\n    at thing (${place}:1:2)\n    at other (file:///x.js:3:4)`;
  return error;
}

const SDK = '/app/node_modules/@smithy/core/dist-es/index.js';

test('an error of this program is shown with its message and where it comes from', () => {
  let thrown: unknown;
  try {
    thrown = new RunKey(new Uint8Array(3));
  } catch (error) {
    thrown = error;
  }
  expect(faultText(thrown)).toMatch(/^RangeError: a run's key has 32 bytes\n +at /);
});

test('an error of a library is shown without its message, which may quote a row, but with its name and frames', () => {
  const error = thrownBy(SDK, new TypeError(`can't write {"Password":"${CANARY}"}`));
  expect(faultText(error)).toBe(`TypeError\n    at thing (${SDK}:1:2)\n    at other (file:///x.js:3:4)`);
});

test('so are its causes, whatever hangs on them, and a message of many lines that look like frames', () => {
  const body = { Password: CANARY };
  const inner = Object.assign(thrownBy(SDK, new Error(`x\n    at ${CANARY} (y:1:2)`, { cause: body })), {
    body,
  });
  const text = faultText(
    Object.assign(thrownBy(SDK, new Error(CANARY, { cause: inner })), { $response: body }),
  );
  expect(text).toMatch(/caused by Error\n/);
  expect(text).toMatch(/caused by something else than an Error/);
  expect(text).not.toContain('Canary');
});

test('an error of the system keeps its words, and loses the password of a URL', () => {
  const error = Object.assign(
    thrownBy('node:internal/fs', new Error('EACCES: permission denied, mkdir /x')),
    {
      code: 'EACCES',
      syscall: 'mkdir',
    },
  );
  expect(faultText(error)).toMatch(/^Error \(EACCES\): EACCES: permission denied, mkdir \/x\n/);
  const url = Object.assign(new Error(`connect redis://:${CANARY}@host`), { syscall: 'connect' });
  expect(faultText(url)).toContain('redis://:redacted@host');
});

test('a thrown string is not quoted, nor an endless chain of causes followed', () => {
  expect(faultText(CANARY)).toBe('something else than an Error (string)');
  const error = thrownBy(SDK, new Error('round'));
  error.cause = error;
  expect(faultText(error).match(/caused by/g)).toHaveLength(4);
});
