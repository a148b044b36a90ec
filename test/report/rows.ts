import fc from 'fast-check';
import type { Outcome } from '../../src/outcome.js';

/** Text that is hard on CSV, spreadsheets and terminals; what UTF-8 can hold. */
export const hardText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'=+-@\'";,\t\r\n\0 a＝＋－＠\u200b\u202e\u2028') }),
);

const time = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const anyCalls = fc.record({
  attempts: fc.nat(9),
  throttles: fc.nat(9),
  requestId: hardText,
  startedAt: time,
  finishedAt: time,
});
const failure = { error: hardText, message: hardText };

export const anyOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ status: fc.constant('succeeded' as const), calls: anyCalls }),
  fc.record({ status: fc.constant('failed' as const), ...failure, calls: anyCalls }),
  fc.record({ status: fc.constantFrom('skipped' as const, 'unprocessed' as const), ...failure }),
);
