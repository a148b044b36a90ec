import { expect, test } from 'vitest';
import { MAX_RECORD_BYTES } from '../../src/manifest/limits.js';
import { splitRecords } from '../../src/manifest/split.js';

const COMMA = 0x2c;
const start = { line: 1, skipping: false };

test('what is wrong with a record at the limit does not depend on how many bytes behind it are there', () => {
  for (const inside of [MAX_RECORD_BYTES - 2, MAX_RECORD_BYTES - 1, MAX_RECORD_BYTES, MAX_RECORD_BYTES + 1]) {
    for (const end of ['"\n', '""', '"\r\n', '",', 'xxx']) {
      const bytes = Buffer.from(`"${'y'.repeat(inside)}${end}\nnext\n`);
      const [whole] = splitRecords(bytes, COMMA, start, true).records;
      for (let length = MAX_RECORD_BYTES - 3; length <= bytes.length; length++) {
        const [part] = splitRecords(bytes.subarray(0, length), COMMA, start, false).records;
        if (part !== undefined) expect(part.problem).toBe(whole?.problem);
      }
    }
  }
});
