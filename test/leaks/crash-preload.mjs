// Loaded into the program before it starts (node --import): makes a call crash in the way that CRASH says, with an error
// that holds the whole request in its message, its causes and its properties.
import { inspect } from 'node:util';
import { AdminSetUserPasswordCommand } from '@aws-sdk/client-cognito-identity-provider';

const { resolveMiddleware } = AdminSetUserPasswordCommand.prototype;
let isFirst = true;

AdminSetUserPasswordCommand.prototype.resolveMiddleware = function (...args) {
  const send = resolveMiddleware.apply(this, args);
  return (command) => (isFirst ? crash(command, send) : send(command));
};

function crash(command, send) {
  isFirst = false;
  const error = faulty(command);
  process.stderr.write(`planted: ${inspect(error).includes(command.input.Password.slice(-14))}\n`);
  switch (process.env.CRASH) {
    case 'rejection':
      void Promise.reject(error);
      break;
    case 'exception':
      setImmediate(() => {
        throw error;
      });
      break;
    case 'call':
      return Promise.reject(error);
    case 'memory':
      fill();
  }
  return send(command);
}

function faulty({ input }) {
  const body = JSON.stringify(input);
  const cause = Object.assign(new Error(`can't send ${body}`, { cause: { request: { body } } }), { body });
  return Object.assign(new TypeError(`can't serialise ${body}\n    at ${body}`, { cause }), {
    $response: { body },
    $metadata: { attempts: 1 },
    input,
  });
}

function fill() {
  const kept = [];
  for (;;) kept.push(Array.from({ length: 3_000_000 }, (_, index) => ({ index })));
}
