import { expect, test } from 'vitest';
import { lineWidth } from '../../src/cli/line-width.js';

test('a terminal that says it has no columns is taken for one of eighty, as one that says nothing', () => {
  expect([120, 0, undefined].map(lineWidth)).toEqual([119, 79, 79]);
});
