import type { Command } from 'commander';
import { z } from 'zod';
import { recipientOption } from './credentials-command.js';
import { notifyOptions, notifyShape } from './notify-options.js';
import { option, positiveInteger, serviceOptions } from './options.js';
import { addCheckOptions, checkShape } from './plan-options.js';
import { addRequestOptions, requestShape } from './request-options.js';
import { safetyOptions, safetyShape } from './safety-options.js';

/** All that a run is asked but its file: `run` and `retry` both take it. */
export function addRunOptions(command: Command): Command {
  addCheckOptions(addRequestOptions(command))
    .addOption(
      option('--concurrency <n>', 'calls in flight at once (default: enough for the rate)').argParser(
        positiveInteger,
      ),
    )
    .addOption(option('--queue <url>', 'redis://, rediss://, unix:// or postgres:// (default: embedded)'))
    .addOption(option('--run-dir <dir>', 'where the report goes (default: runs/<time>-<file>)'));
  for (const one of [...safetyOptions(), ...serviceOptions()]) command.addOption(one);
  for (const one of [recipientOption(), ...notifyOptions()]) command.addOption(one);
  return command.addOption(option('--yes', 'do not ask; needed without a terminal'));
}

export const runShape = {
  ...requestShape,
  ...checkShape,
  ...safetyShape,
  concurrency: z.number().optional(),
  queue: z.string().optional(),
  runDir: z.string().optional(),
  recipient: z.array(z.string()).default([]),
  ...notifyShape,
  yes: z.boolean().default(false),
};
