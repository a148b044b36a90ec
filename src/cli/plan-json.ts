import type { RunPlan } from '../run/plan-run.js';

/** A plan as the one object that `--json` prints. */
export function planJson(plan: RunPlan): object {
  const { prepared, survey, forecast, pricePerMau, actions } = plan;
  const { request, manifest, pool } = prepared;
  return {
    file: request.file,
    column: manifest.usernameColumn.name,
    pool,
    region: prepared.region,
    endpoint: prepared.endpoint,
    mode: request.mode,
    permanent: request.permanent,
    protected: request.protectedUsers.length,
    protectedNotInFile: plan.protectedElsewhere.length,
    ...(prepared.steps.length === 0
      ? {}
      : { steps: prepared.steps, signOutRate: request.signOutRate, usersPerSecond: prepared.usersPerSecond }),
    ...survey,
    rate: prepared.rate,
    ...forecast,
    pricePerMau,
    actions,
  };
}
