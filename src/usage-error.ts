/**
 * A mistake of the person at the keyboard, found before anything was sent: the command line, the file,
 * the environment. The program prints `message` in one line, without a stack, and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
