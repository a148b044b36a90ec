import type { SignedIn } from '../cognito/sign-in.js';
import type { RunRecord } from '../run/record.js';
import { VERDICTS } from '../verify/verdict.js';
import type { Verified } from '../verify/verify-file.js';
import { countTable, kindBlock } from './row-blocks.js';
import { facts } from './text-block.js';
import { counted } from './words.js';

export interface VerifyResult {
  record: RunRecord;
  verified: Verified;
  signedIn: ReadonlyMap<number, SignedIn>;
  exact: boolean;
  /** verify.csv */
  file: string;
}

const HINTS: Readonly<Record<string, string>> = {
  'not-changed': 'The pool has no change since the call: set these passwords again.',
  'wrong-status': 'Somebody else may have changed them since: look at them in the console.',
  'not-disabled': 'The run has disabled them: somebody has enabled them since.',
  'not-enabled': 'Enabled after the run, and disabled again since.',
  'not-found': 'Removed since, or no name of theirs any more.',
  'sign-in-refused': 'The password in the pool is another: was it changed since?',
};

const SESSIONS = 'no call of the service tells whether a user’s sessions have ended: see report.csv';

export function verifyJson({ record, verified, signedIn, exact, file }: VerifyResult): object {
  return {
    run: record.id,
    pool: record.pool.id,
    asked: exact ? 'AdminGetUser' : 'ListUsers',
    ...verified,
    signIn: signInCounts(signedIn),
    file,
  };
}

/** What the pool says of a run, in plain text of at most 80 columns. */
export function verifyScreen({ record, verified, signedIn, exact, file }: VerifyResult): string {
  const counts = countTable(
    VERDICTS.filter((verdict) => verdict === 'agrees' || verified.byVerdict[verdict] > 0).map(
      (verdict) => [verdict, verified.byVerdict[verdict]] as const,
    ),
    'succeeded',
  );
  const { tried, tokens, challenged, refused } = signInCounts(signedIn);
  const signIn = `${counted(tried, 'user')} tried: ${tokens} signed in, ${challenged} asked for more, ${refused} refused`;
  const blocks = [
    counts,
    ...(verified.kinds.length === 0
      ? []
      : [verified.kinds.map((kind) => kindBlock(kind, HINTS[kind.name])).join('')]),
    facts([
      ['Run', record.id],
      [
        'User pool',
        `${record.pool.name} (${record.pool.id}), asked by ${exact ? 'AdminGetUser' : 'ListUsers'}`,
      ],
      ...(record.steps === undefined ? [] : [['Sessions', SESSIONS] as const]),
      ...(tried === 0 ? [] : [['Sign-in', signIn] as const]),
      ['Each row', file],
    ]),
  ];
  return blocks.join('\n');
}

function signInCounts(signedIn: ReadonlyMap<number, SignedIn>) {
  const of = (kind: SignedIn['kind']) => [...signedIn.values()].filter((one) => one.kind === kind).length;
  return { tried: signedIn.size, tokens: of('tokens'), challenged: of('challenge'), refused: of('refused') };
}
