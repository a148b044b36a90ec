import { expect, test } from 'vitest';
import { type JobResult, REFUSED } from '../../jobs/reset-user.js';
import { createKeptAnswers } from '../../src/run/kept-answers.js';

const at = '2026-11-28T20:00:00.000Z';
const calls = { attempts: 1, throttles: 0, startedAt: at, finishedAt: at };
const failed = { status: 'failed', error: 'UserNotFoundException', message: 'no' } as const;
const succeeded: JobResult = { outcome: { status: 'succeeded', calls }, code: 'a' };
const refused: JobResult = { outcome: { ...failed, calls }, code: 'b' };

test('the service’s answer is kept by its job until the queue has heard of it', async () => {
  const answers = createKeptAnswers(10);
  await answers.keep('row-1', Promise.resolve<JobResult>(succeeded));
  await answers.keep('row-2', Promise.resolve<JobResult>(refused));
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([succeeded, refused, undefined]);
  answers.forget('row-1');
  expect(['row-1', 'row-2'].map(answers.of)).toEqual([undefined, refused]);
});

test('what came without a call is not kept: another job for the row may do better', async () => {
  const answers = createKeptAnswers(10);
  await answers.keep('row-1', Promise.resolve<JobResult>(REFUSED));
  await answers.keep('row-2', Promise.resolve<JobResult>({ outcome: failed, code: 'c' }));
  await answers.keep(
    'row-3',
    Promise.resolve<JobResult>({
      outcome: { status: 'skipped', error: 'Protected', message: '' },
      code: 'd',
    }),
  );
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([undefined, undefined, undefined]);
});

test('answers of which the queue never hears don’t add up: the oldest go first', async () => {
  const answers = createKeptAnswers(2);
  for (const id of ['row-1', 'row-2', 'row-3']) await answers.keep(id, Promise.resolve<JobResult>(succeeded));
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([undefined, succeeded, succeeded]);
});
