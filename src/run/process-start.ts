import { readFile } from 'node:fs/promises';

/** Of /proc/<pid>/stat (proc_pid_stat(5)), counted from behind the name, which may hold blanks: fields 3 and 22. */
const STATE = 0;
const STARTTIME = 22 - 3;

/**
 * When a process of this host began, as a text that no other process has: a pid is used again, after a reboot or in a
 * long-lived container soon. `ended` for one that is dead and whose parent has not asked for it yet. Undefined where the
 * system has no /proc or doesn't show this process.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[STATE] === 'Z') return 'ended';
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()}:${fields[STARTTIME]}`;
  } catch {
    return undefined;
  }
}
