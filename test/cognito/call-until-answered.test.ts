import { expect, test } from 'vitest';
import { callUntilAnswered } from '../../src/cognito/call-until-answered.js';
import { memoryPaceStore } from '../../src/rate/pace-store.js';
import { createPacer } from '../../src/rate/pacer.js';

const context = () => ({
  pacer: createPacer(memoryPaceStore(), 100),
  signal: new AbortController().signal,
  endpoint: { lastAnswerAt: Number.NEGATIVE_INFINITY },
});

test('sends nothing for a job that another worker has by now, also when it was lost between two tries', async () => {
  let sent = 0;
  const send = async () => {
    sent += 1;
    throw Object.assign(new Error('no answer'), { name: 'InternalErrorException' });
  };
  const lost = await callUntilAnswered(send, { ...context(), stillHolds: async () => false });
  expect([lost, sent]).toEqual([{ kind: 'lost' }, 0]);

  const lostLater = await callUntilAnswered(send, { ...context(), stillHolds: async () => sent === 0 });
  expect([lostLater, sent]).toEqual([{ kind: 'lost' }, 1]);
});
