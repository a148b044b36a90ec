import { z } from 'zod';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';
import { option } from './options.js';
import type { OutputOptions } from './output.js';
import type { RunResult } from './result.js';
import { warn } from './tell.js';

/** Who is told when a run has ended, however it did: a night is long. */
export function notifyOptions() {
  return [
    option('--on-finish <command>', 'run this at the end, the result as JSON on its input'),
    option('--webhook <url>', 'post the result there, signed (COGNITO_BULK_RESET_WEBHOOK_SECRET)'),
  ];
}

export const notifyShape = { onFinish: z.string().optional(), webhook: z.string().optional() };

export interface NotifyOptions {
  onFinish?: string | undefined;
  webhook?: string | undefined;
  allowHttp?: boolean | undefined;
}

/**
 * Runs a run, then tells of its end. That somebody could not be told is a warning, and changes neither result nor exit code.
 * A run that is handed over to another process has not ended.
 *
 * @param work is given the output with a way to say what came of it
 * @throws UsageError before anything is begun; what `work` throws, once it was told of
 */
export async function notifying(
  { onFinish, webhook, allowHttp }: NotifyOptions,
  output: OutputOptions,
  work: (output: OutputOptions) => Promise<number>,
): Promise<number> {
  if (onFinish === undefined && webhook === undefined) return work(output);
  // Loaded only by who asks for one.
  const { runOnFinish } = await import('../notify/command.js');
  const { postWebhook, webhookAt } = await import('../notify/webhook.js');
  const secret = process.env.COGNITO_BULK_RESET_WEBHOOK_SECRET;
  const hook =
    webhook === undefined ? undefined : webhookAt(webhook, { allowHttp: allowHttp === true, secret });
  let result: RunResult | undefined;
  const notify = async (ended: object, code: number) => {
    const body = JSON.stringify({ ...ended, exitCode: code });
    const env = {
      RUN_DIRECTORY: result?.runDirectory ?? '',
      RUN_EXIT_CODE: String(code),
      RUN_STATUS: result?.status ?? 'stopped',
    };
    // Each is caught from the start: one may fail while another is still at it.
    const tell = (name: string, done: Promise<void>) =>
      done.catch((error: Error) => warn(output.progress, `${name}: ${error.message}`));
    await Promise.all([
      onFinish !== undefined && tell('--on-finish', runOnFinish(onFinish, body, env)),
      hook !== undefined && tell('--webhook', postWebhook(hook, body)),
    ]);
  };
  try {
    const code = await work({ ...output, onResult: (one) => (result = one) });
    if (result !== undefined && result.status !== 'handed over') await notify(result, code);
    return code;
  } catch (error) {
    // A mistake in the command line is seen by whoever made it.
    if (!(error instanceof UsageError)) await notify(FAULT, ExitCode.stopped);
    throw error;
  }
}

const FAULT = {
  status: 'stopped',
  error: 'UnexpectedError',
  message: 'The program failed: see what it printed.',
};
