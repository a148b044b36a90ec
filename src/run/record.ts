import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { callerSchema } from '../cognito/caller.js';
import { passwordPolicySchema } from '../password/policy.js';
import { passwordShapeSchema } from '../password/shape.js';
import { replaceFile } from '../report/atomic-file.js';
import { keptProtectionSchema } from './protected-users.js';
import { STEPS } from '../steps.js';
import { UsageError } from '../usage-error.js';
import { parseJson } from '../parse-json.js';
import { canarySchema } from './canary.js';
import { MODES } from './modes.js';
import { runRequestSchema } from './request.js';
import { DEFAULT_FAILURE_LIMIT, failureLimitSchema } from './threshold.js';

/** run.json: what was asked and of whom. It holds no secret, and `resume` needs nothing else. */
const runRecordSchema = z.object({
  version: z.literal(1),
  /** Names the run in the queue; `worker --run` takes it. */
  id: z.string().regex(/^[\w.-]{1,80}$/),
  createdAt: z.string(),
  program: z.string(),
  input: z.object({
    /** As an absolute path; the copy in the run directory for standard input. */
    path: z.string(),
    /** Whether that copy is sealed by the run's key, because it holds passwords. */
    sealed: z.boolean().optional(),
    /** Of the text. */
    bytes: z.number(),
    /** Absent while a very large file is still being read. */
    sha256: z.string().optional(),
    column: z.string().optional(),
    passwordColumn: z.string().optional(),
    header: z.boolean(),
    delimiter: z.string().optional(),
  }),
  pool: z.object({
    id: z.string(),
    name: z.string(),
    caseSensitive: z.boolean(),
    policy: passwordPolicySchema,
  }),
  region: z.string(),
  endpoint: z.string().optional(),
  profile: z.string().optional(),
  /** With `--check-users`: when the pool was asked, and the SHA-256 of check.csv, by which rows are skipped. */
  check: z
    .object({
      at: z.string(),
      sha256: z.string(),
      included: z.object({ federated: z.boolean(), unconfirmed: z.boolean() }),
    })
    .optional(),
  mode: z.enum(MODES),
  permanent: z.boolean(),
  /** Who began the run; absent if it could not be found out. */
  caller: callerSchema.optional(),
  shape: passwordShapeSchema.optional(),
  /** Who may read the passwords, with `run --recipient`: public keys. */
  recipients: z.array(z.string()).min(1).optional(),
  /** ISO 8601 UTC: since then nobody can make the generated passwords again. */
  keyShreddedAt: z.string().optional(),
  /** How many users are protected, and what protected.json must be. */
  protected: keptProtectionSchema.optional(),
  keyFingerprint: z.string(),
  rate: z.number().positive(),
  /** All steps of a run that was asked for more than passwords, and the rate of those besides the password. */
  steps: z.object({ asked: z.array(z.enum(STEPS)).min(1), rate: z.number().positive() }).optional(),
  /** The account's own quota, in calls a second, if one was named. */
  quota: z.number().positive().optional(),
  concurrency: z.int().positive(),
  canary: canarySchema.optional(),
  maxFailures: failureLimitSchema.default(DEFAULT_FAILURE_LIMIT),
  /** Without its password; absent for the embedded queue. */
  queue: z.string().optional(),
  /** The run whose rows this one does again, and how many of them. Which ones is in rows.csv, whose SHA-256 this is. */
  retryOf: z
    .object({ run: z.string(), directory: z.string(), rows: z.int().positive(), sha256: z.string() })
    .optional(),
  /** What was asked, as `retry` asks it again. Nothing in a request is secret but a password in the queue's URL. */
  asked: runRequestSchema.omit({ file: true, queue: true, runDir: true }),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Writes run.json whole or not at all. */
export async function writeRunRecord(path: string, record: RunRecord): Promise<void> {
  await replaceFile(path, (file) => file.writeFile(`${JSON.stringify(record, null, 2)}\n`));
}

/** Reads run.json. Throws UsageError when the directory is not a run's. */
export async function readRunRecord(path: string): Promise<RunRecord> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`${path} can’t be read: is this the directory of a run?`);
  });
  const parsed = runRecordSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UsageError(
    `${path} is not a run’s record${where === '' ? '' : ` (${where})`}: it was changed or is of another version.`,
  );
}
