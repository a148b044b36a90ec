import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Queue } from 'bullmq';
import { Hono } from 'hono';

/** Bull Board for those who know it, read-only. Of a job's data it shows the row and the user, no seal and no signature. */
export function createBoard(queue: Queue): Hono {
  const adapter = new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false });
  adapter.setFormatter('data', ({ row, username }: { row?: unknown; username?: unknown }) => ({
    row,
    username,
  }));
  adapter.setFormatter('returnValue', (value: unknown) => outcomeAlone(value));
  const server = new HonoAdapter(serveStatic);
  server.setBasePath('/board');
  createBullBoard({ queues: [adapter], serverAdapter: server });
  // Mounted as it would be in an app of its own: ours takes no more routes once it has answered.
  return new Hono().route('/board', server.registerPlugin());
}

function outcomeAlone(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'outcome' in value ? value.outcome : undefined;
}
