import fc from 'fast-check';
import { test } from 'vitest';
import { createWorld, STEPS } from './model-world.js';

test('whatever dies or gets lost after whatever step, each row has one line in order, and the line says what the pool did', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 14 }),
      fc.array(fc.record({ step: fc.constantFrom(...STEPS), pick: fc.nat(20) }), {
        minLength: 30,
        maxLength: 90,
      }),
      async (rows, steps) => {
        const world = await createWorld(rows);
        try {
          for (const { step, pick } of steps) await world.do(step, pick);
          await world.finish();
          await world.check();
        } finally {
          await world.end();
        }
      },
    ),
    { numRuns: 40, endOnFailure: true },
  );
});
