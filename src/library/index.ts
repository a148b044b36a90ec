/** Resets the passwords of many Amazon Cognito users: the library of which the command line is made too. */
export { resetPasswords, resumePasswords } from './reset-passwords.js';
export type { Summary } from '../report/summary.js';
export type { Step, StepState, StepStates } from '../steps.js';
export type { PasswordReset, RowOutcome } from './follow-run.js';
export type { PasswordsFrom, ResetOptions, RunSettings, UserToReset } from './options.js';
export { RunInterruptedError, RunStoppedError } from './errors.js';
export { UsageError } from '../usage-error.js';
