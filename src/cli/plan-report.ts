import type { Kind, NamedRow, Survey } from '../check/survey.js';
import type { PasswordPolicy } from '../password/policy.js';
import { errorHint } from '../report/error-hints.js';
import type { RunPlan } from '../run/plan-run.js';
import { type Fact, poolAndPasswords } from './plan-facts.js';
import { facts, indented } from './text-block.js';
import { clockTime, count, counted, duration } from './words.js';

const RULE = '─'.repeat(33);
const COUNT_WIDTH = 11;

/** A plan in plain text of at most 80 columns: for whom, what is wrong with the file, what it takes and costs. */
export function planReport(plan: RunPlan, now: Date): string {
  const blocks = [
    facts([...fileFacts(plan), ...poolAndPasswords(plan.prepared), ...poolFacts(plan)]),
    counts(plan.survey),
    plan.survey.kinds.map(kindBlock).join(''),
    facts([...takes(plan, now), ...actions(plan)]),
    '  Nothing was sent.\n',
  ];
  return blocks.filter((block) => block !== '').join('\n');
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

function counts({ rows, good, willFail, willBeSkipped }: Survey): string {
  const line = (name: string, value: number) => {
    const share = rows === 0 ? '' : `${((value / rows) * 100).toFixed(1)} %`;
    return `  ${name.padEnd(12)}${count(value).padStart(COUNT_WIDTH)}${share.padStart(10)}\n`;
  };
  return (
    line('good', good) +
    line('will fail', willFail) +
    line('skipped', willBeSkipped) +
    `  ${RULE}\n  ${'rows'.padEnd(12)}${count(rows).padStart(COUNT_WIDTH)}\n`
  );
}

function kindBlock({ name, rows, first }: Kind): string {
  const more = rows - first.length;
  const hint = errorHint(name);
  return [
    `${count(rows).padStart(COUNT_WIDTH)}  ${name}`,
    ...(hint === undefined ? [] : [indented(hint, COUNT_WIDTH + 2)]),
    ...first.map(rowInWords),
    ...(more === 0 ? [] : [`${' '.repeat(COUNT_WIDTH + 2)}and ${counted(more, 'more row')}`]),
    '',
  ].join('\n');
}

function rowInWords({ line, username, message }: NamedRow): string {
  const who = username === '' ? '' : ` ${username}`;
  return indented(`line ${line}${who}: ${message}`, COUNT_WIDTH + 4);
}

function takes({ prepared, forecast, pricePerMau }: RunPlan, now: Date): Fact[] {
  const { calls, seconds, finishesAt, billedUsers, atMostUsd } = forecast;
  const cost = atMostUsd === undefined ? '' : `: at most $${atMostUsd.toFixed(2)} at $${pricePerMau} each`;
  return [
    ['Calls', `${count(calls)}, at ${prepared.rate} a second`],
    ['Takes', `${duration(seconds)}, until ${clockTime(new Date(finishesAt), now)} if it begins now`],
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
