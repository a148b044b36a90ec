import { describe, expect, test } from 'vitest';
import { STEPS } from '../../src/steps.js';
import { type BackendKind, type JobRun, jobRun } from './job-run.js';

const SIGN_OUT = 'AdminUserGlobalSignOut';

function callsFor(run: JobRun, username: string): string[] {
  return run.standIn.calls({ username }).map(({ operation }) => operation);
}

describe.each<BackendKind>(['embedded', 'redis'])('on the %s queue', (kind) => {
  test('a row succeeds when its password and its sign-out are done, whose answers may get lost', async () => {
    const run = await jobRun({ kind, steps: ['password_set', 'signed_out'] });
    run.standIn.setFaults([
      { username: 'user-1', operation: SIGN_OUT, times: 1, action: { kind: 'reset-after-apply' } },
      { username: 'user-2', times: 1, action: { kind: 'cut-body' } },
      {
        username: 'user-3',
        operation: SIGN_OUT,
        times: 2,
        action: { kind: 'error', name: 'TooManyRequestsException' },
      },
    ]);
    for (const row of [1, 2, 3]) await run.add(row, `user-${row}`);
    run.work();
    expect(await run.outcome(1)).toMatchObject({ status: 'succeeded', calls: { throttles: 0 } });
    expect(await run.outcome(2)).toMatchObject({ status: 'succeeded', calls: { throttles: 0 } });
    expect(await run.outcome(3)).toMatchObject({ status: 'succeeded', calls: { throttles: 2 } });
    for (const username of ['user-1', 'user-2', 'user-3']) {
      expect(run.standIn.user('eu-west-1_Jobs1', username)?.signOuts).toBeGreaterThan(0);
      expect(run.standIn.appliedCount(username)).toBe(1);
      expect(callsFor(run, username).at(-1)).toBe(SIGN_OUT);
    }
    // What slows down sign-outs slows down no password.
    const strikes = async (calls: string) => (await run.backend.paceStore(calls).read()).state?.strikes;
    expect(await strikes('UserUpdate')).toBeGreaterThan(0);
    expect(await strikes('AdminSetUserPassword')).toBe(0);
  });

  test('a user is disabled, gets the password, and is signed out, in this order', async () => {
    const run = await jobRun({ kind, steps: ['disabled', 'password_set', 'signed_out'] });
    await run.add(1, 'user-1');
    run.work();
    expect(await run.outcome(1)).toMatchObject({ status: 'succeeded' });
    // A starved process may send one twice.
    const order = [...new Set(callsFor(run, 'user-1'))];
    expect(order).toEqual(['AdminDisableUser', 'AdminSetUserPassword', SIGN_OUT]);
    expect(run.standIn.user('eu-west-1_Jobs1', 'user-1')?.enabled).toBe(false);
  });

  test('a sign-out that is denied stops the run, and the next worker does not set the password again, but knows when it was set', async () => {
    const run = await jobRun({ kind, steps: ['password_set', 'signed_out'], concurrency: 1 });
    const action = { kind: 'error', name: 'AccessDeniedException' } as const;
    run.standIn.setFaults([{ operation: SIGN_OUT, times: 1, action }]);
    await run.add(1, 'user-1');
    const worker = run.work();
    expect(await run.stopped).toMatchObject({ error: 'AccessDeniedException', call: SIGN_OUT });
    await worker.drain();
    expect(run.outcomes.size).toBe(0);
    const stoppedAt = new Date().toISOString();
    run.work();
    const outcome = await run.outcome(1);
    expect(outcome).toMatchObject({ status: 'succeeded' });
    expect('calls' in outcome && outcome.calls !== undefined && outcome.calls.startedAt < stoppedAt).toBe(
      true,
    );
    const denied = callsFor(run, 'user-1').indexOf(SIGN_OUT);
    expect(callsFor(run, 'user-1').slice(denied)).not.toContain('AdminSetUserPassword');
  });
});

describe('on any queue', () => {
  test('a row that fails at a step says which ones are done, and which nobody can know', async () => {
    const run = await jobRun({ kind: 'redis', steps: ['disabled', 'password_set', 'signed_out'] });
    const gone = { kind: 'error', name: 'UserNotFoundException' } as const;
    run.standIn.setFaults([
      { username: 'user-1', operation: 'AdminDisableUser', action: gone },
      { username: 'user-2', action: gone },
      { username: 'user-3', operation: SIGN_OUT, times: 1, action: { kind: 'reset-after-apply' } },
      { username: 'user-3', operation: SIGN_OUT, action: gone },
    ]);
    for (const row of [1, 2, 3]) await run.add(row, `user-${row}`);
    run.work();
    const failed = { status: 'failed', error: 'UserNotFoundException' };
    expect(await run.outcome(1)).toMatchObject({
      ...failed,
      message: 'AdminDisableUser: User does not exist.',
      steps: { disabled: 'no', password_set: 'no', signed_out: 'no' },
    });
    expect(await run.outcome(2)).toMatchObject({
      ...failed,
      message: 'User does not exist.',
      steps: { disabled: 'yes', password_set: 'no', signed_out: 'no' },
    });
    expect(await run.outcome(3)).toMatchObject({
      ...failed,
      message: `${SIGN_OUT}: User does not exist.`,
      steps: { disabled: 'yes', password_set: 'yes', signed_out: 'unknown' },
    });
    expect(callsFor(run, 'user-1')).toEqual(['AdminDisableUser']);
  });

  test('a row whose sealed password was changed after a step was done says so, for `enable` to find', async () => {
    const run = await jobRun({
      kind: 'redis',
      mode: 'password-column',
      steps: ['disabled', 'password_set', 'signed_out'],
    });
    const at = '2026-11-23T00:00:00.000Z';
    const calls = { attempts: 1, throttles: 0, startedAt: at, finishedAt: at };
    await run.add(1, 'user-1', { sealed: 'changed', done: ['disabled'], calls });
    await run.add(2, 'user-2', { sealed: 'changed', maybeSent: true });
    await run.add(3, 'user-3', { sealed: 'changed' });
    run.work();
    const broken = { status: 'failed', error: 'SealBroken', message: expect.stringMatching(/nothing more/) };
    const states = (state: string) => Object.fromEntries(STEPS.map((step) => [step, state]));
    expect(await run.outcome(1)).toMatchObject({
      ...broken,
      calls,
      steps: { disabled: 'yes', password_set: 'no', signed_out: 'no' },
    });
    expect(await run.outcome(2)).toMatchObject({ ...broken, steps: states('unknown') });
    expect(await run.outcome(3)).toMatchObject({ ...broken, steps: states('no') });
    expect(run.standIn.size()).toBe(0);
  });

  test('sign-outs that are not authorized fail their users alone, as a call for the same user was; so many users who can’t be disabled stop the run', async () => {
    const run = await jobRun({
      kind: 'redis',
      steps: ['disabled', 'password_set', 'signed_out'],
      concurrency: 1,
    });
    const notAuthorized = { kind: 'error', name: 'NotAuthorizedException' } as const;
    run.standIn.setFaults([{ operation: SIGN_OUT, action: notAuthorized }]);
    for (let row = 1; row <= 7; row += 1) await run.add(row, `user-${row}`);
    const worker = run.work();
    expect(await run.outcome(7)).toMatchObject({
      status: 'failed',
      error: 'NotAuthorizedException',
      steps: { disabled: 'yes', password_set: 'yes', signed_out: 'no' },
    });
    run.standIn.setFaults([{ operation: 'AdminDisableUser', action: notAuthorized }]);
    for (let row = 8; row <= 14; row += 1) await run.add(row, `user-${row}`);
    expect(await run.stopped).toMatchObject({ error: 'NotAuthorizedException', call: 'AdminDisableUser' });
    await worker.drain();
    expect(run.outcomes.size).toBe(11);
  });

  test('nobody else can say that a step is done', async () => {
    const run = await jobRun({ kind: 'redis', steps: ['password_set', 'signed_out'] });
    await run.forge(1, 'user-1', { done: ['password_set'] });
    await run.add(2, 'user-2');
    run.work();
    await run.outcome(2);
    await expect.poll(() => run.refused).toEqual(['row-1']);
    expect(callsFor(run, 'user-1')).toEqual([]);
  });
});
