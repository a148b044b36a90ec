import { endsWithin } from '../ends-within.js';
import type { Metrics } from './metrics.js';
import type { MetricsServer } from './metrics-server.js';
import { openTracing, type Tracing } from './tracing.js';

/** How long the last traces may take, in ms. */
const SEND_WITHIN = 2_000;

/** Who looks on while a run or a worker works: Prometheus, and a collector of traces. Either may be absent. */
export interface Observers {
  metrics: Metrics | undefined;
  /** Where the metrics are. */
  metricsUrl: string | undefined;
  telemetry: Tracing['telemetry'] | undefined;
  close(): Promise<void>;
}

/**
 * @param metrics `--metrics`: an address, or true for the default one
 * @throws UsageError if the address is taken or none, or traces are asked for and can't be made
 */
export async function openObservers(metrics: string | true | undefined): Promise<Observers> {
  const served = metrics === undefined ? undefined : await serve(metrics);
  const tracing = await openTracing(process.env).catch(async (error: unknown) => {
    await served?.server.close();
    throw error;
  });
  return {
    metrics: served?.metrics,
    metricsUrl: served?.server.url,
    telemetry: tracing?.telemetry,
    close: async () => {
      await served?.server.close();
      // A collector that is out of reach, or silent, must not keep a finished run from ending.
      const sent = tracing?.close().catch(() => undefined);
      if (sent !== undefined) await endsWithin(SEND_WITHIN, sent);
    },
  };
}

/** Loaded only by who asks for it: prom-client and what it needs are a tenth of all that a run loads. */
async function serve(address: string | true): Promise<{ metrics: Metrics; server: MetricsServer }> {
  const { createMetrics } = await import('./metrics.js');
  const { metricsAddress, serveMetrics } = await import('./metrics-server.js');
  const metrics = createMetrics();
  return { metrics, server: await serveMetrics(metrics, metricsAddress(address)) };
}
