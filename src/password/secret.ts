import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A string that must not be printed. Whatever turns a value into text by itself (JSON, a log line,
 * `util.inspect`, a template) gets `[redacted]`; only `reveal()` gives the text, so that every place that
 * needs it can be found by that word. The text sits in a `#field`, which is no property: `showHidden`,
 * a spread and `structuredClone` do not see it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. Call it only in the argument of what needs it, and keep the result nowhere. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
