import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, which a test may fill. */
export interface SmallDisk {
  path: string;
  /** Takes all room that is left. */
  fill(): Promise<void>;
  /** Takes all names that are left: no new file can be made, and files that are there can grow. */
  fillNames(): Promise<void>;
  /** Gives back what was filled. */
  free(): Promise<void>;
  /** While no file on it is open. */
  setReadOnly(readOnly: boolean): void;
  remove(): Promise<void>;
}

const FILL = 'fill-';

/** Whether this user may mount one (root may). */
export const canMount = mount(['-t', 'tmpfs', 'none', '/mnt']) && spawnSync('umount', ['/mnt']).status === 0;

/** @param options of tmpfs: `size=30m`, `nr_inodes=100` */
export async function smallDisk(options: string): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'));
  if (!mount(['-t', 'tmpfs', '-o', options, 'tmpfs', path]))
    throw new Error(`No tmpfs could be mounted at ${path}`);
  return {
    path,
    fill: async () => {
      const file = await open(join(path, `${FILL}room`), 'w');
      // By the page, to the last one.
      const page = Buffer.alloc(4096);
      try {
        for (;;) await file.write(page);
      } catch (error) {
        expectFull(error);
      } finally {
        await file.close();
      }
    },
    fillNames: async () => {
      try {
        for (let n = 0; ; n += 1) await writeFile(join(path, `${FILL}${n}`), '');
      } catch (error) {
        expectFull(error);
      }
    },
    free: async () => {
      for (const name of await readdir(path)) if (name.startsWith(FILL)) await rm(join(path, name));
    },
    setReadOnly: (readOnly) => {
      if (!mount(['-o', `remount,${readOnly ? 'ro' : 'rw'}`, path])) throw new Error(`${path} is in use`);
    },
    remove: async () => {
      spawnSync('umount', ['--lazy', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

function mount(args: string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

function expectFull(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
}
