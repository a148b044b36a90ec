import type { PasswordPolicy } from '../password/policy.js';
import type { RunPlan } from '../run/plan-run.js';
import { withCommas } from '../with-commas.js';
import { type Fact, poolAndPasswords, rates } from './plan-facts.js';
import { surveyBlocks } from './survey-blocks.js';
import { facts } from './text-block.js';
import { clockTime, counted, roughly } from './words.js';

/** A plan in plain text of at most 80 columns: for whom, what is wrong with the file, what it takes and costs. */
export function planReport(plan: RunPlan, now: Date): string {
  const blocks = [
    facts([
      ...fileFacts(plan),
      ...poolAndPasswords(plan.prepared, plan.protectedElsewhere),
      ...poolFacts(plan),
    ]),
    ...surveyBlocks(plan.survey),
    facts([...takes(plan, now), ...actions(plan)]),
    '  Nothing was sent.\n',
  ];
  return blocks.join('\n');
}

function fileFacts({ prepared: { request, manifest } }: RunPlan): Fact[] {
  const file = request.file === '-' ? 'standard input' : request.file;
  return [['File', `${file}, column "${manifest.usernameColumn.name}"`]];
}

function poolFacts({ prepared: { pool } }: RunPlan): Fact[] {
  const { aliasAttributes, usernameAttributes, caseSensitive } = pool;
  const signIn =
    usernameAttributes.length > 0
      ? `by ${usernameAttributes.join(' or ')}; usernames are the service's own`
      : `by ${['username', ...aliasAttributes].join(', ')}`;
  return [
    ['Sign-in', `${signIn}; upper and lower case ${caseSensitive ? 'differ' : 'are the same'}`],
    ['Policy', policyInWords(pool.policy)],
  ];
}

function policyInWords(policy: PasswordPolicy): string {
  const required = [
    ...(policy.requireUppercase ? ['an uppercase letter'] : []),
    ...(policy.requireLowercase ? ['a lowercase letter'] : []),
    ...(policy.requireNumbers ? ['a digit'] : []),
    ...(policy.requireSymbols ? ['a symbol'] : []),
  ];
  const history =
    policy.historySize === 0 ? [] : [`none of the last ${counted(policy.historySize, 'password')}`];
  return [`at least ${policy.minimumLength} characters`, ...required, ...history].join(', ');
}

function takes({ prepared, forecast, pricePerMau }: RunPlan, now: Date): Fact[] {
  const { calls, seconds, finishesAt, billedUsers, atMostUsd } = forecast;
  const cost = atMostUsd === undefined ? '' : `: at most $${atMostUsd.toFixed(2)} at $${pricePerMau} each`;
  return [
    ['Calls', `${withCommas(calls)}, at ${rates(prepared)}`],
    ['Takes', `${roughly(seconds)}, until ${clockTime(new Date(finishesAt), now)} if it begins now`],
    [
      'Bills',
      `${counted(billedUsers, 'monthly active user')}, those who are active anyway among them${cost}`,
    ],
  ];
}

function actions({ prepared, actions: needed }: RunPlan): Fact[] {
  const { arn } = prepared.pool;
  const on: Fact[] = arn === undefined ? [] : [['on', arn]];
  return [
    ...needed.map(({ action, verified }, index): Fact => [
      index === 0 ? 'IAM' : '',
      `${action}, ${verified ? 'allowed' : 'which can’t be verified without sending'}`,
    ]),
    ...on,
  ];
}
