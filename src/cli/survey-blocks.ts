import type { Survey } from '../check/survey.js';
import { errorHint } from '../report/error-hints.js';
import { countTable, kindBlock } from './row-blocks.js';

/** What is known of a file's rows, in at most 80 columns: how many are good, and what was found of which of them. */
export function surveyBlocks({ good, willFail, willBeSkipped, kinds }: Survey): string[] {
  const counts = countTable(
    [
      ['good', good],
      ['will fail', willFail],
      ['skipped', willBeSkipped],
    ],
    'rows',
  );
  const found = kinds.map((kind) =>
    kindBlock(kind, errorHint(kind.name), kind.effect === 'none' ? ' (reset all the same)' : ''),
  );
  return [counts, ...(found.length === 0 ? [] : [found.join('')])];
}
