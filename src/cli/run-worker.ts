import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { REFUSED } from '../../jobs/reset-user.js';
import { createClient } from '../cognito/client.js';
import { regionOfPool } from '../cognito/pool.js';
import { stopAdvice } from '../cognito/stop-advice.js';
import { readRunKey } from '../password/key-file.js';
import type { RunKey } from '../password/run-key.js';
import { createProtection } from '../protect/protection.js';
import { openBackend } from '../queue/open-backend.js';
import { hearQueue } from '../queue/queue-fault.js';
import { queueLocation } from '../queue/location.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { openRunDirectory } from '../run/directory.js';
import { holdsKey, PLAN_QUEUE, type PostedPlan, readPlan } from '../run/plan.js';
import { readRunRecord } from '../run/record.js';
import { checkEndpoint, endpointOfEnvironment } from '../run/request.js';
import { takePart } from '../run/take-part.js';
import { type RunWorkerOptions, startWorker } from '../run/worker.js';
import { openObservers } from '../telemetry/observers.js';
import { UsageError } from '../usage-error.js';
import { ExitCode } from './exit-code.js';
import { onInterrupt } from './interrupt.js';
import { createLogger } from '../run/log.js';
import { keyFromElsewhere } from '../run/key-source.js';
import { protectedNames } from '../run/whom-to-protect.js';

/** What was asked for on the command line. */
interface Options {
  queue: string;
  /** The run's id, or its directory. */
  run: string;
  concurrency?: number | undefined;
  endpointUrl?: string | undefined;
  allowHttp: boolean;
  region?: string | undefined;
  profile?: string | undefined;
  metrics?: string | true | undefined;
}

/**
 * `worker`: takes jobs until the run has finished (0), is stopped by an error here (3), or is interrupted (130).
 * Endpoint, Region, credentials and key are its own: who can write to the queue must not be able to send its signed
 * calls elsewhere.
 */
export async function runWorker(options: Options): Promise<number> {
  const location = queueLocation(options.queue);
  if (location.kind === 'embedded')
    throw new UsageError('--queue must be a queue that other processes can reach.');
  const endpoint = options.endpointUrl ?? endpointOfEnvironment(process.env);
  checkEndpoint(endpoint, options.allowHttp);
  const { id, directoryKey } = await runNamed(options.run);
  const log = createLogger(pino.destination({ fd: 2, sync: true }));
  const observers = await openObservers(options.metrics);
  const heard = hearQueue(log);
  const backend = await openBackend(location, {
    runId: id,
    directory: undefined,
    telemetry: observers.telemetry,
    onError: heard.onError,
  });
  const board = backend.queue(PLAN_QUEUE);
  const interrupted = onInterrupt('plain');
  let ended = false;
  try {
    const posted = await readPlan(board);
    if (posted === undefined)
      throw new UsageError(
        `There is no run ${escapeForTerminal(id)} on ${location.shown}: it has finished, or the id is another.`,
      );
    const { plan } = posted;
    const key = trustedKey(posted, keyFromElsewhere() ?? directoryKey());
    observers.metrics?.label(plan.run, plan.pool);
    const region = options.region ?? regionOfPool(plan.pool);
    const { concurrency } = options;
    const atOnce = concurrency ?? 'as the rate needs';
    log.info(
      { run: plan.run, pool: plan.pool, region, endpoint, rate: plan.rate, concurrency: atOnce },
      'taking part',
    );

    const client = createClient({
      region,
      endpoint,
      profile: options.profile,
      allowHttp: options.allowHttp,
    });
    // This host may protect more users than the run's. Whether the pool's case counts is not known here: then none of theirs does.
    const protection = createProtection(await protectedNames([]), false);
    const start = ({ onStop }: Pick<RunWorkerOptions, 'onStop'>) =>
      startWorker({
        backend,
        plan,
        key,
        client,
        concurrency,
        log,
        isProtected: protection.has,
        onResult: (job, result) => {
          if (result !== REFUSED) log.debug({ job, status: result.status }, 'outcome');
        },
        onCall: observers.metrics?.called,
        onStop,
      });
    const { signal } = interrupted;
    const leaving = await takePart({ backend, fault: heard.fault, board, plan, key, signal, log, start });
    ended = leaving.kind === 'run ended';
    if (ended) log.info('the run has finished: its plan stays gone from the queue');
    if (leaving.kind === 'stopped') {
      const { reason: stopped } = leaving;
      process.stderr.write(
        `Stopped: ${escapeForTerminal(`${stopped.error}: ${stopped.message}`)}\n${stopAdvice(stopped.error, stopped.call)}\n`,
      );
      return ExitCode.stopped;
    }
    return leaving.kind === 'interrupted' ? ExitCode.interrupted : ExitCode.succeeded;
  } finally {
    interrupted.forget();
    // BullMQ's worker looks for stalled jobs, and writes a key with it, until it has seen that the run removed all.
    await (ended ? backend.destroy() : backend.close());
    await observers.close();
  }
}

/** `--run` takes an id, or a run directory that this host can see. */
async function runNamed(run: string): Promise<{ id: string; directoryKey: () => RunKey | undefined }> {
  if (!existsSync(join(run, 'run.json'))) return { id: run, directoryKey: () => undefined };
  const directory = await openRunDirectory(run);
  const { id } = await readRunRecord(directory.record);
  return { id, directoryKey: () => readRunKey(directory.key) };
}

/** The key that this plan was made with, before the first job. Throws UsageError for none, another, or a forged plan. */
function trustedKey(posted: PostedPlan, key: RunKey | undefined): RunKey {
  if (key === undefined)
    throw new UsageError('This run needs its key: set COGNITO_BULK_RESET_KEY_FILE to a copy of its run.key.');
  if (!holdsKey(posted.plan, key))
    throw new UsageError('The key is not the one of this run; nothing was sent.');
  if (!posted.isAuthentic(key))
    throw new UsageError('The plan in the queue was not made with the run’s key; nothing was sent.');
  return key;
}
