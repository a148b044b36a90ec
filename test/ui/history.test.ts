import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Snapshot } from '../../src/run/snapshot.js';
import { createHistory } from '../../src/ui/history.js';

/** What the history looks at of a snapshot. */
const at = (second: number, throttles: number) =>
  ({ at: new Date(second * 1_000).toISOString(), perSecond: 10, rate: 20, throttles }) as Snapshot;

test('however long a run is, the charts have at most 1,200 samples, which lose no throttled call', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 0, max: 3 }), (seconds, each) => {
      const history = createHistory();
      for (let second = 0; second <= seconds; second += 1) history.add(at(second, second * each));
      const samples = history.samples();
      expect(samples.length).toBeLessThanOrEqual(1_200);
      const shown = samples.reduce((sum, { throttles }) => sum + throttles, 0);
      // Those of the next sample are still being gathered.
      const last = samples.at(-1)?.at ?? 0;
      expect(shown).toBe(last * each);
      expect(samples.every(({ perSecond, rate }) => perSecond === 10 && rate === 20)).toBe(true);
      const times = samples.map((sample) => sample.at);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});
