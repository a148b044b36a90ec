import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The key with which the SDK signs is the same object all day. */
const keys = new WeakMap<ArrayBuffer | ArrayBufferView, KeyObject>();

/**
 * SHA-256, or HMAC-SHA-256 with a secret, for the signatures of the SDK, whose own takes two thirds longer: given bytes
 * as a key, Node makes a key object of them each time (Node 24: 13 µs, with a key object 3 µs).
 */
export class Sha256 {
  readonly #key: string | KeyObject | undefined;
  #pieces: Uint8Array[] = [];

  constructor(secret?: Bytes) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
  }

  update(piece: Bytes): void {
    this.#pieces.push(bytesOf(piece));
  }

  /** Async as the SDK's interface is. */
  async digest(): Promise<Uint8Array> {
    const data =
      this.#pieces.length === 1 && this.#pieces[0] !== undefined
        ? this.#pieces[0]
        : Buffer.concat(this.#pieces);
    return this.#key === undefined
      ? hash('sha256', data, 'buffer')
      : createHmac('sha256', this.#key).update(data).digest();
  }

  reset(): void {
    this.#pieces = [];
  }
}

function keyOf(secret: Bytes): string | KeyObject {
  if (typeof secret === 'string') return secret;
  const known = keys.get(secret) ?? createSecretKey(bytesOf(secret));
  keys.set(secret, known);
  return known;
}

function bytesOf(data: Bytes): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
