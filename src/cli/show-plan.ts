import { planRun } from '../run/plan-run.js';
import type { PlanRequest } from '../run/request.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { onInterrupt } from './interrupt.js';
import { planJson } from './plan-json.js';
import { planReport } from './plan-report.js';
import type { ProgressKind } from './progress.js';
import { withInput } from './with-input.js';

export interface PlanOptions {
  json: boolean;
  progress: ProgressKind;
  pricePerMau?: number | undefined;
  findings?: string | undefined;
}

/** `plan` and `run --dry-run`: looks, and sends nothing. Answers the exit code. */
export async function showPlan(
  request: PlanRequest,
  { json, progress, pricePerMau, findings }: PlanOptions,
): Promise<number> {
  const interrupted = onInterrupt(progress, '\nEnding.\n');
  const shown = showFindProgress(progress);
  try {
    const plan = await withInput(request.file, interrupted.signal, (input) =>
      planRun(request, input, {
        pricePerMau,
        findings,
        signal: interrupted.signal,
        onProgress: shown.show,
        now: new Date(),
      }),
    );
    shown.stop();
    process.stdout.write(json ? `${JSON.stringify(planJson(plan))}\n` : planReport(plan, new Date()));
    return plan.survey.good === plan.survey.rows ? ExitCode.succeeded : ExitCode.someFailed;
  } catch (error) {
    if (interrupted.signal.aborted) return ExitCode.interrupted;
    throw error;
  } finally {
    shown.stop();
    interrupted.forget();
  }
}
