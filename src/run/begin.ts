import { randomBytes } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { fingerprint, type InputPlace } from '../manifest/manifest.js';
import { createRunKey } from '../password/key-file.js';
import { keyFingerprint, type RunKey } from '../password/run-key.js';
import { stepsAsked } from '../steps.js';
import type { RunDirectory } from './directory.js';
import type { Plan } from './plan.js';
import type { PreparedRun, RetryOf } from './prepare.js';
import { keepProtected } from './protected-users.js';
import { type RunRecord, writeRunRecord } from './record.js';
import { writeRows } from './rows-file.js';

/** The key of a run and the record of what was asked: the first things in its directory. */
export interface Begun {
  record: RunRecord;
  key: RunKey;
}

/** Makes the key and run.json. `readKey` gives the key from elsewhere, if one was named there. */
export async function beginRun(
  directory: RunDirectory,
  run: PreparedRun,
  options: {
    input: InputPlace;
    program: string;
    check: RunRecord['check'];
    readKey: () => RunKey | undefined;
  },
): Promise<Begun> {
  const { request, pool, manifest, location, retryOf } = run;
  const { file: _file, queue: _queue, runDir: _runDir, ...asked } = request;
  // With --discard no password comes of it; it shows the workers which jobs are this run's.
  const key = options.readKey() ?? createRunKey(directory.key);
  const { bytes, sha256 } = await fingerprint(options.input);
  const kept = await keepProtected(directory, request.protectedUsers);
  const record: RunRecord = {
    version: 1,
    id: `${basename(directory.path)
      .replace(/[^\w.-]+/g, '-')
      .slice(0, 60)}-${randomBytes(4).toString('hex')}`,
    createdAt: new Date().toISOString(),
    program: options.program,
    input: {
      path: resolve(options.input.path),
      ...(options.input.sealedBy === undefined ? {} : { sealed: true }),
      bytes,
      sha256,
      header: request.header,
      delimiter: manifest.delimiter,
      ...(request.column === undefined ? {} : { column: request.column }),
      ...(request.passwordColumn === undefined ? {} : { passwordColumn: request.passwordColumn }),
    },
    pool: { id: pool.id, name: pool.name, caseSensitive: pool.caseSensitive, policy: pool.policy },
    region: run.region,
    ...(run.endpoint === undefined ? {} : { endpoint: run.endpoint }),
    ...(request.profile === undefined ? {} : { profile: request.profile }),
    ...(options.check === undefined ? {} : { check: options.check }),
    mode: request.mode,
    permanent: request.permanent,
    ...(run.caller === undefined ? {} : { caller: run.caller }),
    ...(run.shape === undefined ? {} : { shape: run.shape }),
    ...(request.recipients.length === 0 ? {} : { recipients: request.recipients }),
    ...(kept === undefined ? {} : { protected: kept }),
    keyFingerprint: keyFingerprint(key),
    rate: run.rate,
    ...stepsOf(request),
    quota: request.quota,
    concurrency: run.concurrency,
    ...(request.canary === undefined
      ? {}
      : { canary: { rows: request.canary, failures: request.canaryFailures ?? 1 } }),
    maxFailures: request.maxFailures,
    ...(location.kind === 'embedded' ? {} : { queue: location.shown }),
    ...(retryOf === undefined ? {} : { retryOf: await recordOfRetry(retryOf, directory) }),
    asked,
  };
  await writeRunRecord(directory.record, record);
  return { record, key };
}

function stepsOf(request: PreparedRun['request']): Pick<RunRecord, 'steps'> {
  const asked = [...stepsAsked(request)];
  return asked.length === 0 ? {} : { steps: { asked, rate: request.signOutRate } };
}

async function recordOfRetry({ run, directory, rows }: RetryOf, { rows: path }: RunDirectory) {
  return { run, directory, rows: rows.selection.length, sha256: await writeRows(path, rows) };
}

/** What goes to the workers, from what was asked. */
export function planOf(record: RunRecord): Plan {
  return {
    version: 1,
    run: record.id,
    pool: record.pool.id,
    permanent: record.permanent,
    rate: record.rate,
    ...(record.steps === undefined ? {} : { steps: record.steps }),
    keyFingerprint: record.keyFingerprint,
    passwords: passwordsOf(record),
  };
}

function passwordsOf({ mode, shape }: RunRecord): Plan['passwords'] {
  if (mode !== 'generate') return { mode };
  if (shape === undefined) throw new Error('run.json has no shape for the generated passwords.');
  return { mode, shape };
}
