import type { Command } from 'commander';
import { z } from 'zod';
import { option, positiveNumber } from './options.js';

/** Asks the pool about the users first; a run and a plan both can. */
export function addCheckOptions(command: Command): Command {
  return command
    .addOption(option('--check-users', 'ask the pool first whom each row names (ListUsers)'))
    .addOption(option('--include-federated', 'with --check-users: do not spare federated users'))
    .addOption(option('--include-unconfirmed', 'with --check-users: do not spare unconfirmed users'));
}

export const checkShape = {
  checkUsers: z.boolean().default(false),
  includeFederated: z.boolean().default(false),
  includeUnconfirmed: z.boolean().default(false),
};

/** What only a plan says; `run --dry-run` is one. */
export function addPlanOptions(command: Command): Command {
  return command
    .addOption(
      option('--price-per-mau <usd>', 'your price of a monthly active user: say what it may cost').argParser(
        positiveNumber,
      ),
    )
    .addOption(option('--findings <file>', 'write all that was found to this new CSV file'));
}

export const planShape = { pricePerMau: z.number().optional(), findings: z.string().optional() };
