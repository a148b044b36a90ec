import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indented, textWidth } from '../../src/cli/text-block.js';

test('text is as wide as the terminal, but never wider than 79 columns nor narrower than 40', () => {
  expect([200, 80, 60, 20, 0, undefined].map(textWidth)).toEqual([79, 79, 59, 40, 79, 79]);
});

test('whatever the terminal has, no line is wider, but for one word that is longer by itself, and no word is lost', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,60}$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.nat(13), fc.integer({ min: 1, max: 300 }), (all, indent, columns) => {
      const width = textWidth(columns);
      const lines = indented(all.join(' '), indent, width).split('\n');
      const texts = lines.map((line) => line.slice(indent));
      expect(texts.join(' ')).toBe(all.join(' '));
      for (const [at, text] of texts.entries()) {
        expect(text.length <= width - indent || !text.includes(' ')).toBe(true);
        const next = texts[at + 1]?.split(' ')[0];
        // A line ends only where the next word has no room.
        if (next !== undefined) expect(text.length + 1 + next.length).toBeGreaterThan(width - indent);
      }
    }),
  );
});
