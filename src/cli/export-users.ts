import { createClient } from '../cognito/client.js';
import { createListUsers, ListUsersError } from '../cognito/list-users.js';
import { describePool, regionOfPool } from '../cognito/pool.js';
import type { UserStatus } from '../cognito/user-status.js';
import { exportToFile } from '../export/export-file.js';
import { exportToStream } from '../export/export-stream.js';
import { ReportWriteError } from '../report/report-write-error.js';
import { escapeForTerminal } from '../report/terminal-text.js';
import { checkEndpoint, endpointOfEnvironment } from '../run/request.js';
import { UsageError } from '../usage-error.js';
import { withCommas } from '../with-commas.js';
import { ExitCode } from './exit-code.js';
import { showFindProgress } from './find-progress.js';
import { onInterrupt } from './interrupt.js';
import type { ProgressKind } from './progress.js';
import { facts } from './text-block.js';
import { tell } from './tell.js';
import { counted } from './words.js';

/** What was asked for on the command line. */
interface Options {
  poolId: string;
  /** A file, or - for standard output. */
  output: string;
  filter?: string | undefined;
  statuses: readonly UserStatus[];
  force: boolean;
  endpointUrl?: string | undefined;
  allowHttp: boolean;
  region?: string | undefined;
  profile?: string | undefined;
  json: boolean;
  quiet: boolean;
  progress: ProgressKind;
}

/** `export-users`: lists the pool into a file or to standard output. Answers the exit code. */
export async function exportUsers(options: Options): Promise<number> {
  const { poolId, output, filter, statuses, progress, allowHttp } = options;
  const endpoint = options.endpointUrl ?? endpointOfEnvironment(process.env);
  checkEndpoint(endpoint, allowHttp);
  const region = options.region ?? regionOfPool(poolId);
  const client = createClient({ region, endpoint, profile: options.profile, allowHttp });
  const pool = await describePool(client, poolId);
  const { estimatedUsers: ofAbout } = pool;

  const interrupted = onInterrupt(progress, '\nEnding.\n');
  const shown = showFindProgress(progress);
  let begun = false;
  const exporting = {
    what: { poolId, filter, statuses },
    listUsers: createListUsers(client, interrupted.signal),
    onProgress: (done: number) => {
      begun = true;
      shown.show({ what: 'users listed', done, ...(ofAbout === undefined ? {} : { ofAbout }) });
    },
  };
  try {
    const byStatus =
      output === '-'
        ? await exportToStream(process.stdout, exporting)
        : await exportToFile(output, { ...exporting, force: options.force, onBegin: sayBegin(progress) });
    shown.stop();
    sayDone(byStatus, options);
    return ExitCode.succeeded;
  } catch (error) {
    shown.stop();
    const again = output === '-' ? '' : 'Run the same command again: it goes on from there.\n';
    if (interrupted.signal.aborted) {
      tell(progress, 'ended', `Interrupted. ${again}`);
      return ExitCode.interrupted;
    }
    if (error instanceof ReportWriteError && !begun) throw new UsageError(error.message, { cause: error });
    if (!begun || !(error instanceof ListUsersError || error instanceof ReportWriteError)) throw error;
    tell(progress, 'ended', `Stopped: ${escapeForTerminal(error.message)}\n${again}`);
    return ExitCode.stopped;
  } finally {
    interrupted.forget();
  }
}

function sayBegin(progress: ProgressKind) {
  return (begin: { kind: 'resumed'; users: number } | { kind: 'again' }) => {
    if (begin.kind === 'again') {
      tell(
        progress,
        'warning',
        'warning: the service has lost the place (its token has expired), so the export begins again.\n',
      );
    } else if (progress !== 'none') {
      tell(progress, 'message', `Going on after ${counted(begin.users, 'user')}.\n`);
    }
  };
}

/** Standard output may be the export itself; then its counts are for a person to see. */
function sayDone(byStatus: Readonly<Record<string, number>>, { output, json, quiet }: Options): void {
  const users = Object.values(byStatus).reduce((sum, some) => sum + some, 0);
  if (output === '-') {
    if (!quiet) process.stderr.write(`${counted(users, 'user')} exported.\n`);
    return;
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ users, byStatus, output })}\n`);
    return;
  }
  const statuses = Object.entries(byStatus).sort(([, a], [, b]) => b - a);
  process.stdout.write(
    facts([
      ['Users', withCommas(users)],
      ...statuses.map(([status, some]) => ['', `${withCommas(some)} ${escapeForTerminal(status)}`] as const),
      ['File', output],
    ]) + spared(byStatus),
  );
}

/** Whom a check leaves alone, so that nobody wonders at the count of the run. */
function spared({ EXTERNAL_PROVIDER = 0, UNCONFIRMED = 0 }: Readonly<Record<string, number>>): string {
  const some = [
    ...(EXTERNAL_PROVIDER === 0 ? [] : [counted(EXTERNAL_PROVIDER, 'federated user')]),
    ...(UNCONFIRMED === 0 ? [] : [counted(UNCONFIRMED, 'unconfirmed user')]),
  ];
  return some.length === 0 ? '' : `\n  ${some.join(' and ')}, whom run --check-users spares.\n`;
}
