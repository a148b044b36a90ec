import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReorder } from '../../src/report/reorder.js';

describe('reorder', () => {
  test('gives each row once, in order, the first value given, whatever the order, repeats and moments of taking', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.nat(40), fc.boolean()), { maxLength: 300 }),
        (lastRow, window, steps) => {
          const reorder = createReorder<string>(lastRow, window);
          const first = new Map<number, string>();
          const taken: string[] = [];
          let next = lastRow + 1;
          for (const [index, [offset, take]] of steps.entries()) {
            const row = Math.max(1, next - 10 + offset);
            const value = `${row}/${index}`;
            if (row >= next + window) {
              expect(() => reorder.put(row, value)).toThrow(RangeError);
            } else {
              const isNew = row > lastRow && !first.has(row);
              expect(reorder.put(row, value)).toBe(isNew);
              if (isNew) first.set(row, value);
            }
            if (take) taken.push(...reorder.take());
            while (take && first.has(next)) next += 1;
            expect(reorder.next).toBe(next);
            let missing = next;
            while (first.has(missing)) missing += 1;
            expect(reorder.missing).toBe(missing);
            const expected = Array.from({ length: 30 }, (_, at) => missing + at).filter(
              (at) => !first.has(at),
            );
            expect(reorder.missingUpTo(missing + 29)).toEqual(expected);
          }
          expect(taken).toEqual(Array.from(taken, (_, at) => first.get(lastRow + 1 + at)));
          expect(taken).toHaveLength(next - lastRow - 1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('names the window when a row is beyond it', () => {
    expect(() => createReorder(10, 5).put(16, 'x')).toThrow('row 16 is beyond the window: rows 11 to 15');
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %j as a row and as a window', (number) => {
    expect(() => createReorder(0, number)).toThrow(RangeError);
    expect(() => createReorder(0, 5).put(number, 'x')).toThrow(RangeError);
  });
});
