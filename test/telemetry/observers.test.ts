import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { openObservers } from '../../src/telemetry/observers.js';

let silent: Server;

beforeEach(async () => {
  silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  // A server that listens at a port has such an address.
  const { port } = silent.address() as AddressInfo;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  silent.close();
});

test('a collector that accepts and is silent does not keep a finished run until it is given up', async () => {
  // Longer than a test may take.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '600000');
  vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '600000');
  const observers = await openObservers(undefined);
  trace.getTracer('test').startSpan('a').end();
  await observers.close();
});
