import { expect, test } from 'vitest';
import { createApart } from '../../src/cli/apart.js';

test('a warning that comes while a question is open does not let the progress draw over it', async () => {
  const shown: string[] = [];
  const alone = createApart(
    () => shown.push('stands aside'),
    () => shown.push('goes on'),
  );
  const answer = Promise.withResolvers<boolean>();
  const asked = alone(() => answer.promise);
  await alone(async () => shown.push('a warning'));
  expect(shown).toEqual(['stands aside', 'stands aside', 'a warning']);
  answer.resolve(true);
  expect(await asked).toBe(true);
  expect(shown.slice(3)).toEqual(['goes on']);
});
