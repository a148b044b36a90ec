import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { usernameFault } from '../manifest/username.js';
import { errorCode } from '../report/report-write-error.js';
import { UsageError } from '../usage-error.js';
import { xdgDirectory } from '../xdg-directory.js';

/** What an organisation sets for all who use this program, and no command line takes away. */
const configSchema = z.strictObject({
  /** Usernames that are never reset. */
  protect: z.array(
    z.string().superRefine((name, context) => {
      const fault = name === '' ? 'an empty username' : usernameFault(name);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    }),
  ),
});

/**
 * Where an organisation's configuration may be: all that are there count together. The first two are out of reach of whoever
 * only uses the program.
 *
 * @param packageDirectory where the program's package.json is
 */
export function configPaths(packageDirectory: string, env: NodeJS.ProcessEnv): string[] {
  const beside = 'cognito-bulk-reset.config.json';
  const modules = dirname(packageDirectory);
  const project = /[/\\]node_modules$/.test(modules) ? [join(dirname(modules), beside)] : [];
  return [
    '/etc/cognito-bulk-reset/config.json',
    join(packageDirectory, beside),
    ...project,
    join(xdgDirectory(env.XDG_CONFIG_HOME, '.config'), 'cognito-bulk-reset', 'config.json'),
  ];
}

/** The usernames that these files protect. @throws UsageError for one that is there and can't be read or is wrong */
export async function protectedByOrganisation(paths: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const path of paths) names.push(...(await protectedBy(path)));
  return names;
}

async function protectedBy(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw refused(path, `can't be read (${code})`);
  });
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(path, 'is no JSON');
  }
  const config = configSchema.safeParse(value);
  if (config.success) return config.data.protect;
  const [issue] = config.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw refused(path, `is wrong (${where}${issue?.message})`);
}

function refused(path: string, why: string): UsageError {
  return new UsageError(
    `${path} ${why}, and it says which users must never be reset: mend it. It looks like {"protect": ["break-glass-admin"]}. Nothing was sent.`,
  );
}
