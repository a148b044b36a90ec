import { setTimeout as sleep } from 'node:timers/promises';
import { type FindProgress, findUsers, type WantedRows } from '../check/find-users.js';
import { createNameIndex } from '../check/name-index.js';
import { createRowUsers, type RowUsers } from '../check/row-users.js';
import type { GetUser } from '../cognito/get-user.js';
import type { ListUsers } from '../cognito/list-users.js';
import type { Pool } from '../cognito/pool.js';
import { succeededRows } from './succeeded-rows.js';
import { type Expected, verdictOn } from './verdict.js';

/** How the pool is asked about its users. */
export type Asking =
  | { kind: 'list'; listUsers: ListUsers }
  /** Each user alone, as they are at that moment. */
  | { kind: 'each'; getUser: GetUser };

export interface AskPoolOptions {
  report: string;
  pool: Pool;
  expected: Expected;
  asking: Asking;
  signal: AbortSignal;
  onProgress: (progress: FindProgress) => void;
  /** Hears how many rows don't agree, before they are asked for once more. */
  onAskAgain: (rows: number) => void;
}

/** How long a change may take to show in ListUsers, which is eventually consistent, in ms. No figure is documented. */
const ASK_AGAIN_AFTER = 2_000;
/** Users that are asked for at the same time, with `each`. */
const AT_ONCE = 16;

/** Asks the pool about the user of each row that succeeded, and once more about those that don't agree. */
export async function askPool(options: AskPoolOptions): Promise<RowUsers> {
  const { report, expected, signal } = options;
  const all = await wantedRows(options);
  const users = createRowUsers(all.lastRow);
  await ask(options, all.wanted, users);

  const disagree = new Set<number>();
  for await (const records of succeededRows(report)) {
    for (const record of records) {
      if (verdictOn(record, users.of(record.row), expected).verdict !== 'agrees') disagree.add(record.row);
    }
  }
  if (disagree.size > 0) {
    options.onAskAgain(disagree.size);
    await sleep(ASK_AGAIN_AFTER, undefined, { signal });
    const again = await wantedRows(options, (row) => disagree.has(row));
    await ask(options, again.wanted, users);
  }
  return users;
}

async function ask(options: AskPoolOptions, wanted: WantedRows, users: RowUsers): Promise<void> {
  const { asking, pool, onProgress } = options;
  if (asking.kind === 'list') {
    for await (const found of findUsers({ pool, listUsers: asking.listUsers, wanted, onProgress })) {
      for (const { user, matches } of found) users.found(user, matches);
    }
    return;
  }
  let done = 0;
  for await (const batch of wanted.read()) {
    for (let start = 0; start < batch.length; start += AT_ONCE) {
      const rows = batch.slice(start, start + AT_ONCE);
      const found = await Promise.all(rows.map(({ username }) => asking.getUser(username)));
      for (const [at, { row }] of rows.entries()) {
        const user = found[at];
        if (user !== undefined) users.found(user, [{ row, by: 'username' }]);
      }
      done += rows.length;
      onProgress({ what: 'rows looked up', done, ofAbout: wanted.count });
    }
  }
}

async function wantedRows(
  { report, pool }: AskPoolOptions,
  only?: (row: number) => boolean,
): Promise<{ wanted: WantedRows; lastRow: number }> {
  const wanted: WantedRows = {
    count: 0,
    index: createNameIndex(pool.caseSensitive),
    read: () => succeededRows(report, only),
  };
  let lastRow = 0;
  for await (const records of wanted.read()) {
    for (const { row, username } of records) {
      wanted.index.add(username, row);
      wanted.count += 1;
      lastRow = row;
    }
  }
  return { wanted, lastRow };
}
