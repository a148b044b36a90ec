import { type ServiceError, serviceError } from './service-error.js';

interface Constraint {
  pattern: RegExp;
  /** The pattern in the service's own spelling, which its message quotes. */
  spelled: string;
  minimum: number;
  maximum: number;
}

// COGNITO.md section 1. The model's pattern for a password is `[\S]+`; the service's messages quote another one
// and a minimum of 6, so these are what a caller meets.
const CONSTRAINTS = {
  userPoolId: { pattern: /^[\w-]+_[0-9a-zA-Z]+$/, spelled: '[\\w-]+_[0-9a-zA-Z]+', minimum: 1, maximum: 55 },
  username: {
    pattern: /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u,
    spelled: '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+',
    minimum: 1,
    maximum: 128,
  },
  password: { pattern: /^\S+.*\S+$/su, spelled: '^[\\S]+.*[\\S]+$', minimum: 6, maximum: 256 },
} satisfies Record<string, Constraint>;

export type ConstrainedField = keyof typeof CONSTRAINTS;

/** InvalidParameterException naming each field that breaks a constraint of the service, or nothing. */
export function constraintViolation(
  fields: Partial<Record<ConstrainedField, unknown>>,
): ServiceError | undefined {
  const complaints = Object.entries(CONSTRAINTS).flatMap(([field, constraint]) =>
    field in fields ? complaintsOf(field, fields[field as ConstrainedField], constraint) : [],
  );
  if (complaints.length === 0) return undefined;
  const count = complaints.length === 1 ? '1 validation error' : `${complaints.length} validation errors`;
  return serviceError('InvalidParameterException', `${count} detected: ${complaints.join('; ')}`);
}

function complaintsOf(field: string, value: unknown, constraint: Constraint): string[] {
  const failed = `Value at '${field}' failed to satisfy constraint: Member must`;
  if (typeof value !== 'string') return [`${failed} not be null`];
  const complaints: string[] = [];
  if (!constraint.pattern.test(value)) {
    complaints.push(`${failed} satisfy regular expression pattern: ${constraint.spelled}`);
  }
  if (value.length < constraint.minimum) {
    complaints.push(`${failed} have length greater than or equal to ${constraint.minimum}`);
  }
  if (value.length > constraint.maximum) {
    complaints.push(`${failed} have length less than or equal to ${constraint.maximum}`);
  }
  return complaints;
}
