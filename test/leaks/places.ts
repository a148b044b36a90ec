import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

/** What was read at each kind of place: `run.log`, `standard error`, `Redis, MONITOR`. */
export type Places = Map<string, Buffer[]>;

export function addTo(places: Places, place: string, ...bytes: (Buffer | string)[]): void {
  const known = places.get(place) ?? [];
  places.set(place, [...known, ...bytes.map((one) => (typeof one === 'string' ? Buffer.from(one) : one))]);
}

/**
 * Every byte of every file under a directory, by the name of its first step: `queue`, `run.log`. Names of files are
 * read too. What vanishes while it is read is gone.
 */
export async function addFiles(
  places: Places,
  directory: string,
  except: readonly string[] = [],
): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const place = path.slice(directory.length + 1).split('/')[0] ?? '';
    if (except.includes(place)) continue;
    addTo(places, place, entry.name);
    if (entry.isFile()) addTo(places, place, await readFile(path).catch(() => Buffer.alloc(0)));
  }
}

/** What others see of a process: `ps` reads the one, its owner the other. */
export async function addProcess(places: Places, pid: number): Promise<void> {
  addTo(places, 'command line', await readFile(`/proc/${pid}/cmdline`));
  addTo(places, 'environment', await readFile(`/proc/${pid}/environ`));
}

/** All commands that Redis is sent, from now on. */
export interface Monitor {
  /** As MONITOR writes them, and with its escapes undone. */
  seen(): Buffer[];
  stop(): void;
}

export async function monitorRedis(socketPath: string): Promise<Monitor> {
  const chunks: Buffer[] = [];
  const socket: Socket = await new Promise((resolve, reject) => {
    const connecting = connect(socketPath, () => connecting.write('MONITOR\r\n'));
    connecting.once('data', () => resolve(connecting));
    connecting.once('error', reject);
  });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    seen: () => {
      const written = Buffer.concat(chunks);
      return [written, unescaped(written)];
    },
    stop: () => socket.destroy(),
  };
}

const CONTROLS: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b' };

/** Undoes what Redis does to strings in MONITOR (sdscatrepr): `\"`, `\\`, `\n`, `\xc3`. */
function unescaped(written: Buffer): Buffer {
  const text = written
    .toString('latin1')
    .replaceAll(/\\(?:x([\da-f]{2})|(.))/g, (_, hex: string | undefined, character: string) =>
      hex === undefined ? (CONTROLS[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(text, 'latin1');
}
