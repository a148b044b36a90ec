import { planRun } from '../run/plan-run.js';
import type { PlanRequest } from '../run/request.js';
import { ExitCode } from './exit-code.js';
import { onInterrupt } from './interrupt.js';
import { planJson } from './plan-json.js';
import { planReport } from './plan-report.js';
import { withInput } from './with-input.js';

export interface PlanOptions {
  json: boolean;
  pricePerMau?: number | undefined;
}

/** `plan` and `run --dry-run`: looks, and sends nothing. Answers the exit code. */
export async function showPlan(request: PlanRequest, { json, pricePerMau }: PlanOptions): Promise<number> {
  const interrupted = onInterrupt('plain', '\nEnding.\n');
  try {
    const plan = await withInput(request.file, (inputPath) =>
      planRun(request, inputPath, { pricePerMau, signal: interrupted.signal, now: new Date() }),
    );
    process.stdout.write(json ? `${JSON.stringify(planJson(plan))}\n` : planReport(plan, new Date()));
    return plan.survey.good === plan.survey.rows ? ExitCode.succeeded : ExitCode.someFailed;
  } catch (error) {
    if (interrupted.signal.aborted) return ExitCode.interrupted;
    throw error;
  } finally {
    interrupted.forget();
  }
}
