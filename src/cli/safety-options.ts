import { InvalidArgumentError, type Option } from 'commander';
import { z } from 'zod';
import { type FailureLimit, failureLimitSchema } from '../run/threshold.js';
import { option, positiveInteger } from './options.js';

/** When a run stops by itself because users fail. */
export function safetyOptions(): Option[] {
  return [
    option('--canary <n>', 'try n rows first, go on only if none of them failed').argParser(positiveInteger),
    ...safetyOptionsOfResume(),
  ];
}

/** Those that can be given anew when a run is resumed. */
export function safetyOptionsOfResume(): Option[] {
  return [
    option('--canary-failures <n>', 'stop after the canary when so many of it failed (default: 1)').argParser(
      positiveInteger,
    ),
    option(
      '--max-failures <n|n%>',
      'stop when so many users have failed (default: 10% after 100 users)',
    ).argParser(failureLimit),
  ];
}

export const safetyShapeOfResume = {
  canaryFailures: z.number().optional(),
  maxFailures: failureLimitSchema.optional(),
};
export const safetyShape = { canary: z.number().optional(), ...safetyShapeOfResume };

/** `10%` of the users tried, or `500` users. */
function failureLimit(text: string): FailureLimit {
  const percent = /^(.*)%$/.exec(text)?.[1];
  const limit = failureLimitSchema.safeParse(
    percent === undefined ? { users: Number(text) } : { percent: Number(percent) },
  );
  if (limit.success) return limit.data;
  throw new InvalidArgumentError(
    'It takes a number of users from 1 (1 stops at the first that fails) or a percentage up to 100% (never stops).',
  );
}
