import { createMetrics, type Metrics } from './metrics.js';
import { metricsAddress, type MetricsServer, serveMetrics } from './metrics-server.js';
import { openTracing, type Tracing } from './tracing.js';

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
  const address = metrics === undefined ? undefined : metricsAddress(metrics);
  const tracing = await openTracing(process.env);
  const made = address === undefined ? undefined : createMetrics();
  let server: MetricsServer | undefined;
  if (made !== undefined && address !== undefined) server = await serveMetrics(made, address);
  return {
    metrics: made,
    metricsUrl: server?.url,
    telemetry: tracing?.telemetry,
    close: async () => {
      await server?.close();
      // A collector that is out of reach must not keep a finished run from ending.
      await tracing?.close().catch(() => undefined);
    },
  };
}
