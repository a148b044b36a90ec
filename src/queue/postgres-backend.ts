import bullmq from 'bullmq';
import pg from 'pg';

/**
 * PostgreSQL's codes (errcodes-appendix of its manual) for what says nothing of the statement: a connection that ended, a
 * deadlock, no connection left, an operator's intervention.
 */
const TRY_AGAIN = /^(08|40|53300|57)/;

/**
 * BullMQ's PostgreSQL backend. When its connection ends while a worker says what a job came to, the worker shall say it again.
 * Of itself BullMQ does so only after a connection that is refused; after any other end it has the job fail, and whoever is
 * given it then calls its user a second time, though the service has answered.
 */
export const postgresBackend: typeof bullmq.createPostgresBackend = (...args) => {
  const backend = bullmq.createPostgresBackend(...args);
  const moveToCompleted = backend.moveToCompleted.bind(backend);
  backend.moveToCompleted = (...given) =>
    moveToCompleted(...given).catch((error: unknown) => {
      throw mayBeTriedAgain(error) ? new bullmq.ConnectionClosedError(undefined, error) : error;
    });
  return backend;
};

function mayBeTriedAgain(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return TRY_AGAIN.test(error.code ?? '');
  // Of BullMQ's own errors, which say that the job is another's by now, the code is a number; the others are the connection's.
  return error instanceof Error && !('code' in error && typeof error.code === 'number');
}
