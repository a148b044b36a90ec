/**
 * The thread that holds the embedded PostgreSQL (PGlite). Its queries run synchronously in WebAssembly, so in
 * the main thread they would hold up the calls. This file imports packages only: it is started by its path.
 */
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { PgQueryable } from 'bullmq';

// The one who starts this thread is `embedded.ts`, which passes exactly this.
const task = workerData as { directory: string } & (
  | {
      /** To prepare a directory: statements after BullMQ's own migrations. */
      schema: readonly string[];
    }
  | { socketPath: string; connections: number }
);

/**
 * V8 would compile what PostgreSQL does often once more, and faster. One of its functions (105 KB of WebAssembly) takes 600 MB
 * for that (Node 24: `--trace-wasm-compilation-times`), and the queue is no slower without: 692 and 759 users a second.
 */
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);

/**
 * The database's files, as its owner's alone. Emscripten gives each file the mode that PostgreSQL asked for by `fopen`
 * (0666), past the umask.
 */
class OwnersFiles extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const ownersAlone: NonNullable<typeof options.preRun>[number] = ({ FS }) => {
      const { chmod } = FS;
      FS.chmod = (path: unknown, mode: number, dontFollow?: boolean) => chmod(path, mode & 0o700, dontFollow);
    };
    return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), ownersAlone] });
  }
}

/** Parse, Bind, Describe, Execute and Close: nobody waits for their answers before the Sync. */
const HELD = new Set([...'PBDEC'].map((type) => type.codePointAt(0)));
const TERMINATE = 'X'.codePointAt(0);

if ('schema' in task) {
  await prepare(task);
  parentPort?.postMessage('prepared');
} else {
  const { directory, socketPath, connections } = task;
  const db = await PGlite.create({ fs: new OwnersFiles(directory) });
  await db.exec('set search_path = bullmq');
  const server = new PGLiteSocketServer({
    db: heldUntilSync(db),
    path: socketPath,
    maxConnections: connections,
  });
  await server.start();
  parentPort?.postMessage('listening');
  const close = async () => {
    await server.stop();
    await db.close();
    parentPort?.postMessage('closed');
    parentPort?.close();
  };
  parentPort?.once('message', () => void close());
}

/**
 * PGlite has one session for all connections, and pglite-socket gives it to whoever sends the next message, except within
 * a transaction. Between the Parse and the Sync of a statement somebody else's message would change what is bound
 * (https://github.com/electric-sql/pglite/issues/1046): a batch of jobs met it that came in several reads, being over
 * 64 KB. So here a statement counts as a transaction until its Sync, and its messages are handed over together: one by one,
 * a third of the time in PostgreSQL went into the handing over.
 */
function heldUntilSync(database: PGlite): PGlite {
  const held: Uint8Array[] = [];
  const session = {
    waitReady: database.waitReady,
    isInTransaction: () => held.length > 0 || database.isInTransaction(),
    runExclusive: <T>(act: () => Promise<T>) => database.runExclusive(act),
    execProtocolRawStream: async (...[message, options]: Parameters<PGlite['execProtocolRawStream']>) => {
      // A client that leaves in the midst of a statement takes it along.
      if (message[0] === TERMINATE) held.length = 0;
      held.push(message);
      if (HELD.has(message[0])) return;
      await database.execProtocolRawStream(Buffer.concat(held.splice(0)), options);
    },
    // Asked for when a connection ends in the midst of a statement.
    exec: (statement: string) => {
      held.length = 0;
      return database.exec(statement);
    },
  };
  // All that the server uses of a PGlite; it has private fields, so that nothing else can stand for one.
  return session as unknown as PGlite;
}

/**
 * Makes what each new run gets a copy of, as small as it can be: 15 MB in 380 files where initdb alone leaves 40 MB in
 * 1,050. A write-ahead log in segments of 1 MB instead of 16, a cache of 16 MB instead of 128, and no databases to make others from.
 */
async function prepare({
  directory,
  schema,
}: {
  directory: string;
  schema: readonly string[];
}): Promise<void> {
  const db = await PGlite.create({
    fs: new OwnersFiles(directory),
    initDbStartParams: ['--wal-segsize=1', '-c', 'shared_buffers=16MB'],
  });
  await db.exec('create schema bullmq; set search_path = bullmq');
  await migrate(db);
  for (const statement of schema) await db.exec(statement);
  await db.exec('update pg_database set datistemplate = false');
  await db.exec('drop database template0');
  await db.exec('drop database template1');
  await db.exec('checkpoint');
  await db.close();
}

/** BullMQ's own migrations, through a client of the shape that it expects of node-postgres. */
async function migrate(db: PGlite): Promise<void> {
  const query = async (text: string, values?: readonly unknown[]) => {
    if (values !== undefined && values.length > 0) return db.query(text, [...values]);
    const results = await db.exec(text);
    return results.at(-1) ?? { rows: [] };
  };
  // The rows' type is the caller's claim in node-postgres too; PGlite's `exec` can't carry it.
  const client = { query } as PgQueryable;
  // Loaded here only, once for a version: BullMQ and its packages are 300 files.
  const { default: bullmq } = await import('bullmq');
  await bullmq.runMigrations(client, 'bullmq');
}
