import { expect, test } from 'vitest';
import { type JobResult, REFUSED } from '../../jobs/reset-user.js';
import { createKeptAnswers } from '../../src/run/kept-answers.js';

const at = '2026-11-28T20:00:00.000Z';
const calls = { attempts: 1, throttles: 0, startedAt: at, finishedAt: at };
const failed = { status: 'failed', error: 'UserNotFoundException', message: 'no' } as const;
const succeeded: JobResult = { outcome: { status: 'succeeded', calls }, code: 'a' };
const refused: JobResult = { outcome: { ...failed, calls }, code: 'b' };

test('the service’s answer is kept by its job until the queue has heard of it', () => {
  const answers = createKeptAnswers(10);
  answers.keep('row-1', succeeded);
  answers.keep('row-2', refused);
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([succeeded, refused, undefined]);
  answers.forget('row-1');
  expect(['row-1', 'row-2'].map(answers.of)).toEqual([undefined, refused]);
});

test('what came without a call is not kept: another job for the row may do better', () => {
  const answers = createKeptAnswers(10);
  answers.keep('row-1', REFUSED);
  answers.keep('row-2', { outcome: failed, code: 'c' });
  answers.keep('row-3', { outcome: { status: 'skipped', error: 'Protected', message: '' }, code: 'd' });
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([undefined, undefined, undefined]);
});

test('answers of which the queue never hears don’t add up: the oldest go first', () => {
  const answers = createKeptAnswers(2);
  for (const id of ['row-1', 'row-2', 'row-3']) answers.keep(id, succeeded);
  expect(['row-1', 'row-2', 'row-3'].map(answers.of)).toEqual([undefined, succeeded, succeeded]);
});
