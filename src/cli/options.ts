import { InvalidArgumentError, Option } from 'commander';

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

/** One call in 17 minutes: with less, the end of a run is at no date. */
const LEAST_RATE = 0.001;

/** Calls a second, or `max` for the whole quota. */
export function rateNumber(text: string): number | 'max' {
  if (text === 'max') return text;
  const rate = positiveNumber(text);
  if (rate < LEAST_RATE) throw new InvalidArgumentError(`It takes a number from ${LEAST_RATE}, or max.`);
  return rate;
}

export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It takes a whole number over 0.');
  return value;
}

export function portNumber(text: string): number {
  const port = positiveInteger(text);
  if (port > 65_535) throw new InvalidArgumentError('It takes a port, up to 65535.');
  return port;
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

/** For an option that may be given again: all its values. */
export function collected(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
