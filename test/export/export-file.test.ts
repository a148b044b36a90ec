import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, expect, test, vi } from 'vitest';
import type { ListedUser, ListUsers } from '../../src/cognito/list-users.js';
import { exportToFile } from '../../src/export/export-file.js';
import { ReportWriteError } from '../../src/report/report-write-error.js';
import { canMount, type SmallDisk, smallDisk } from '../support/small-disk.js';

const PAGES = 4;
/** They fill some pages of the disk, so that a part of them finds room on the one begun before. */
const USERS_ON_A_PAGE = 200;

let disk: SmallDisk | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await disk?.remove();
});

const usersOf = (page: number): ListedUser[] =>
  Array.from({ length: USERS_ON_A_PAGE }, (_, at) => ({
    ...{ username: `user-${page}-${at}`, status: 'CONFIRMED', enabled: true },
    ...{ createdAt: undefined, modifiedAt: undefined, attributes: new Map() },
  }));

test.skipIf(!canMount)(
  'an export whose disk was full for a moment, half way through a write, goes on with each user once and no torn row',
  async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const full = (disk = await smallDisk('size=256k'));
    let isFirst = true;
    const listUsers: ListUsers = async function* ({ from }) {
      try {
        for (let page = Number(from ?? 1); page <= PAGES; page += 1) {
          // So that each page is synced at once.
          vi.advanceTimersByTime(2_000);
          if (isFirst && page === 2) await full.fill();
          yield { users: usersOf(page), next: page === PAGES ? undefined : String(page + 1) };
        }
      } finally {
        // There is room again as soon as the export has failed.
        isFirst = false;
        await full.free();
      }
    };
    const path = join(full.path, 'users.csv');
    const begun: object[] = [];
    const what = { poolId: 'eu-west-1_Export', filter: undefined, statuses: [] };
    const onBegin = (begin: object) => void begun.push(begin);
    const options = { what, listUsers, force: false, onProgress: () => undefined, onBegin };
    await expect(exportToFile(path, options)).rejects.toThrow(ReportWriteError);
    await exportToFile(path, options);
    expect(begun).toEqual([{ kind: 'resumed', users: USERS_ON_A_PAGE }]);
    const written = parse<Record<string, string>>(await readFile(path), { columns: true });
    expect(written.map(({ username }) => username)).toEqual(
      Array.from({ length: PAGES }, (_, at) => usersOf(at + 1).map(({ username }) => username)).flat(),
    );
  },
);
