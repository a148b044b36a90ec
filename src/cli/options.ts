import { InvalidArgumentError, Option } from 'commander';
import { type FailureLimit, failureLimitSchema } from '../run/threshold.js';

/** An option that can also be set by `COGNITO_BULK_RESET_<NAME>`. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  const name =
    made.long?.replace(/^--(no-)?/, (_, no: string | undefined) => (no === undefined ? '' : 'NO_')) ?? '';
  return made.env(`COGNITO_BULK_RESET_${name.replaceAll('-', '_').toUpperCase()}`);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It takes a number over 0.');
  return value;
}

/** Calls a second, or `max` for the whole quota. */
export function rateNumber(text: string): number | 'max' {
  return text === 'max' ? 'max' : positiveNumber(text);
}

export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It takes a whole number over 0.');
  return value;
}

/** `10%` of the users tried, or `500` users. */
export function failureLimit(text: string): FailureLimit {
  const percent = /^(.*)%$/.exec(text)?.[1];
  const limit = failureLimitSchema.safeParse(
    percent === undefined ? { users: Number(text) } : { percent: Number(percent) },
  );
  if (limit.success) return limit.data;
  throw new InvalidArgumentError(
    'It takes a number of users from 1 (1 stops at the first that fails) or a percentage up to 100% (never stops).',
  );
}

/** The option of every command that runs jobs to their end. */
export function maxFailuresOption(): Option {
  return option(
    '--max-failures <n|n%>',
    'stop when so many users have failed (default: 10% after 100 users)',
  ).argParser(failureLimit);
}

/** Options of every command that calls the service. */
export function serviceOptions(): Option[] {
  return [
    option('--endpoint-url <url>', 'send the calls here instead of AWS'),
    option('--allow-http', 'allow an endpoint without TLS'),
    option('--region <region>', "Region (default: the pool id's prefix)"),
    option('--profile <name>', 'profile of the AWS configuration'),
  ];
}
