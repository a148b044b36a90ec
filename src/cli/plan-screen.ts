import { resolve } from 'node:path';
import { secondsFor } from '../check/forecast.js';
import type { PreparedRun } from '../run/prepare.js';
import type { Surveyed } from '../run/survey-run.js';
import { failureLimitText } from '../run/threshold.js';
import { withCommas } from '../with-commas.js';
import { type Fact, poolAndPasswords, rates } from './plan-facts.js';
import { surveyBlocks } from './survey-blocks.js';
import { facts } from './text-block.js';
import { clockTime, counted, roughly } from './words.js';

/**
 * The one screen before the first call: what will happen to whom, how long it takes and where it is written down. Only with
 * a survey was more than the file's head looked at.
 */
export function planScreen(run: PreparedRun, runDirectory: string, now: Date, surveyed?: Surveyed): string {
  const survey = surveyed?.survey;
  const { request, manifest, location } = run;
  const seconds = secondsFor(survey?.good ?? manifest.estimatedRows, run.usersPerSecond);
  const finish = new Date(now.getTime() + seconds * 1000);
  const about = survey === undefined && !manifest.exactRows ? 'about ' : '';
  const rows = counted(survey?.rows ?? manifest.estimatedRows, 'row');
  const lines: Fact[] = [
    [
      'File',
      `${request.file === '-' ? 'standard input' : request.file}, ${about}${rows}${run.retryOf === undefined ? '' : ' of it'}, column "${manifest.usernameColumn.name}"`,
    ],
    ...(run.retryOf === undefined ? [] : [['Retry of', run.retryOf.directory] satisfies Fact]),
    ...poolAndPasswords(run, surveyed?.protectedElsewhere),
    ['Rate', `${rates(run)}, ${run.concurrency} at once`],
    ['Takes', `${roughly(seconds)}, until ${clockTime(finish, now)}`],
    ['Stops', stops(run)],
    ['Queue', location.kind === 'embedded' ? 'embedded, in the run directory' : location.shown],
    ['Endpoint', run.endpoint ?? `AWS, ${run.region}`],
    ['Report', `${resolve(runDirectory)}/report.csv`],
  ];
  const blocks = survey === undefined ? [] : surveyBlocks(survey);
  return [facts(lines), ...blocks, ''].join('\n');
}

function stops({ request: { canary, canaryFailures = 1, maxFailures } }: PreparedRun): string {
  const later =
    'users' in maxFailures
      ? `at ${withCommas(maxFailures.users)} failed users`
      : maxFailures.percent < 100
        ? `at ${failureLimitText(maxFailures)} failed users`
        : 'never because users fail';
  if (canary === undefined) return later;
  const first = canary === 1 ? 'the first tried row' : `${withCommas(canary)} tried rows`;
  return `after ${first} if ${canaryFailures === 1 ? 'any fails' : `${withCommas(canaryFailures)} fail`}, then ${later}`;
}
