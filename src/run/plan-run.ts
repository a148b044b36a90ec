import { existsSync } from 'node:fs';
import { writeFindings } from '../check/findings-file.js';
import { type Forecast, forecast } from '../check/forecast.js';
import type { Survey } from '../check/survey.js';
import { type InputPlace, readManifest } from '../manifest/manifest.js';
import { STEP_CALLS } from '../steps.js';
import { UsageError } from '../usage-error.js';
import { type Prepared, prepareRun } from './prepare.js';
import type { PlanRequest } from './request.js';
import { type SurveyOptions, surveyRun } from './survey-run.js';

/** An action that an IAM policy must allow. `verified`: a call of it succeeded just now. */
export interface RequiredAction {
  action: string;
  verified: boolean;
}

/** What a run would do, take and cost. */
export interface RunPlan {
  prepared: Prepared<PlanRequest>;
  survey: Survey;
  /** Protected names that are not in the file. */
  protectedElsewhere: string[];
  forecast: Forecast;
  pricePerMau: number | undefined;
  actions: RequiredAction[];
}

export interface PlanRunOptions extends SurveyOptions {
  pricePerMau: number | undefined;
  /** Where to write every finding; a CSV file that is not there yet. */
  findings: string | undefined;
  now: Date;
}

/** Reads the whole file and asks for the pool; sends no password. Throws UsageError for what must be mended. */
export async function planRun(
  request: PlanRequest,
  input: InputPlace,
  options: PlanRunOptions,
): Promise<RunPlan> {
  const { pricePerMau, findings, now } = options;
  if (findings !== undefined && existsSync(findings)) {
    throw new UsageError(`--findings ${findings}: there is something already; name a new file.`);
  }
  const prepared = await prepareRun(request, input);
  const { manifest, pool, steps, usersPerSecond } = prepared;
  const { survey, findingsOf, protectedElsewhere } = await surveyRun(prepared, options);
  if (findings !== undefined) {
    const rows = readManifest(manifest, { caseSensitive: pool.caseSensitive });
    await writeFindings(findings, rows, findingsOf);
  }
  return {
    prepared,
    survey,
    protectedElsewhere,
    forecast: forecast({
      users: survey.good,
      callsPerUser: steps.length || 1,
      usersPerSecond,
      pricePerMau,
      now,
    }),
    pricePerMau,
    actions: [
      { action: 'cognito-idp:DescribeUserPool', verified: true },
      ...(request.checkUsers ? [{ action: 'cognito-idp:ListUsers', verified: true }] : []),
      ...(steps.length === 0 ? (['password_set'] as const) : steps).map((step) => ({
        action: `cognito-idp:${STEP_CALLS[step]}`,
        verified: false,
      })),
    ],
  };
}
