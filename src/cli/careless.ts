import type { Command } from 'commander';
import { UsageError } from '../usage-error.js';
import { tell } from './tell.js';
import { withoutUrlPasswords } from '../queue/url-passwords.js';

/**
 * What a person may have done without meaning it, before a command begins.
 *
 * @throws UsageError when certificates would not be verified: neither AWS's nor the queue's
 */
export function lookForCarelessness(command: Command, env: NodeJS.ProcessEnv): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new UsageError(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would send passwords to whoever answers: unset it, and name the certificate of a private authority by NODE_EXTRA_CA_CERTS.',
    );
  }
  const { queue, progress }: Record<string, unknown> = command.opts();
  if (command.getOptionValueSource('queue') !== 'cli' || typeof queue !== 'string') return;
  if (withoutUrlPasswords(queue) === queue) return;
  tell(
    progress === 'json' ? 'json' : 'plain',
    'warning',
    'warning: other users of this host can see the password in --queue (ps), and the shell keeps it: set COGNITO_BULK_RESET_QUEUE instead\n',
  );
}
