import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNameIndex } from '../../src/check/name-index.js';

const names = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 300 });

describe('the index of names', () => {
  it('finds the row of each name, and none for any other, as a map of the names would', () => {
    fc.assert(
      fc.property(names, names, (added, asked) => {
        const index = createNameIndex(true);
        for (const [at, name] of added.entries()) index.add(name, at + 1);
        for (const name of [...added, ...asked]) {
          const at = added.indexOf(name);
          expect(index.rowOf(name)).toBe(at === -1 ? undefined : at + 1);
        }
      }),
    );
  });

  it('finds a name in any case if the pool ignores case, and only as written if it does not', () => {
    for (const caseSensitive of [true, false]) {
      const index = createNameIndex(caseSensitive);
      index.add('Bob@Example.com', 7);
      expect(index.rowOf('bob@example.COM')).toBe(caseSensitive ? undefined : 7);
      expect(index.rowOf('Bob@Example.com')).toBe(7);
    }
  });

  it('takes under 40 bytes a row, however long the names, and loses none of 200,000', () => {
    const rows = 200_000;
    const index = createNameIndex(false);
    const nameOf = (row: number) => `${'long-'.repeat(20)}${row}`;
    for (let row = 1; row <= rows; row += 1) index.add(nameOf(row), row);
    expect(index.bytes() / rows).toBeLessThan(40);
    for (let row = 1; row <= rows; row += 1) {
      if (index.rowOf(nameOf(row)) !== row) expect(index.rowOf(nameOf(row))).toBe(row);
    }
  });
});
