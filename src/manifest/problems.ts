import { MAX_RECORD_BYTES } from './limits.js';
import type { SplitProblem } from './split.js';

const LIMIT = `${MAX_RECORD_BYTES / 1024 / 1024} MiB`;

/** None quotes the row: any field of a row that came apart may be a password. */
const MESSAGES: Readonly<Record<SplitProblem, string>> = {
  'stray-quote':
    'a quote stands inside a field that does not begin with one; quote the field and double the quotes in it',
  'text-after-quote':
    'text follows a closing quote; put a delimiter between them, or double the quotes inside the field',
  'unclosed-quote': `a quote is opened and not closed within ${LIMIT} or by the end of the file; close it`,
  'too-long': `longer than ${LIMIT}, which is all that is read of one row; check the line ends and the quotes`,
};

export const problemMessage = (problem: SplitProblem): string => MESSAGES[problem];

export const fieldCountMessage = (found: number, expected: number): string =>
  `${found} ${found === 1 ? 'field' : 'fields'} where ${expected} ${expected === 1 ? 'is' : 'are'} expected; check its delimiters and quotes`;

export const ENCODING_MESSAGE =
  'its bytes are not valid in the encoding of the file; save the file again as CSV UTF-8';
