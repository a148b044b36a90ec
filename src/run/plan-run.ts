import { findingsInFile } from '../check/findings.js';
import { type Forecast, forecast } from '../check/forecast.js';
import { type Survey, surveyRows } from '../check/survey.js';
import { readManifest } from '../manifest/manifest.js';
import { type Prepared, prepareRun } from './prepare.js';
import type { PlanRequest } from './request.js';

/** An action that an IAM policy must allow. `verified`: a call of it succeeded just now. */
export interface RequiredAction {
  action: string;
  verified: boolean;
}

/** What a run would do, take and cost. */
export interface RunPlan {
  prepared: Prepared<PlanRequest>;
  survey: Survey;
  forecast: Forecast;
  pricePerMau: number | undefined;
  actions: RequiredAction[];
}

/** Reads the whole file and asks for the pool; sends no password. Throws UsageError for what must be mended. */
export async function planRun(
  request: PlanRequest,
  inputPath: string,
  { pricePerMau, signal, now }: { pricePerMau: number | undefined; signal: AbortSignal; now: Date },
): Promise<RunPlan> {
  const prepared = await prepareRun(request, inputPath);
  const { manifest, pool, rate } = prepared;
  const policy = request.mode === 'password-column' ? pool.policy : undefined;
  const survey = await surveyRows(
    readManifest(manifest, { caseSensitive: pool.caseSensitive }),
    (row) => findingsInFile(row, policy),
    { signal },
  );
  return {
    prepared,
    survey,
    forecast: forecast({ users: survey.good, rate, pricePerMau, now }),
    pricePerMau,
    actions: [
      { action: 'cognito-idp:DescribeUserPool', verified: true },
      { action: 'cognito-idp:AdminSetUserPassword', verified: false },
    ],
  };
}
