import { randomBytes } from 'node:crypto';

/** Hashes text into two 32-bit words, written to `out[0]` and `out[1]`. */
export type KeyedHash = (text: string, out: Uint32Array) => void;

const rotl = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/**
 * HalfSipHash-1-3 with 64 bits out, over UTF-16 units: SipHash on 32-bit words, for machines (here: a language)
 * without 64-bit ones (https://github.com/veorq/SipHash, halfsiphash.c). It is a pseudo-random function under its key, so that
 * whoever writes the file, not knowing the key, cannot make usernames meet in one slot.
 *
 * @param key 8 bytes
 */
export function createKeyedHash(key: Buffer = randomBytes(8)): KeyedHash {
  const k0 = key.readInt32LE(0);
  const k1 = key.readInt32LE(4);
  return (text, out) => {
    let v0 = k0;
    let v1 = k1 ^ 0xee;
    let v2 = 0x6c796765 ^ k0;
    let v3 = 0x74656462 ^ k1;
    // One loop for the text, two units a step, for its length, and for the twice three rounds at the end, so that the
    // round is written once and its words stay in registers: as a closure it takes three times as long.
    const { length } = text;
    const lengthStep = (length + 1) >> 1;
    const lastSteps = lengthStep + 1;
    for (let step = 0; step < lastSteps + 6; step++) {
      let word = 0;
      if (step < lengthStep) {
        const at = step * 2;
        word = text.charCodeAt(at) | (at + 1 < length ? text.charCodeAt(at + 1) << 16 : 0);
      } else if (step === lengthStep) {
        word = length;
      } else if (step === lastSteps) {
        v2 ^= 0xee;
      } else if (step === lastSteps + 3) {
        out[0] = v1 ^ v3;
        v1 ^= 0xdd;
      }
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = rotl(v1, 5) ^ v0;
      v0 = rotl(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotl(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotl(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotl(v1, 13) ^ v2;
      v2 = rotl(v2, 16);
      v0 ^= word;
    }
    out[1] = v1 ^ v3;
  };
}
