import type { Telemetry } from 'bullmq';
import { UsageError } from '../usage-error.js';

export interface Tracing {
  /** What BullMQ's queues and workers are given. */
  telemetry: Telemetry;
  /** Sends what is buffered. */
  close(): Promise<void>;
}

const PACKAGES = '@opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-http';

/**
 * Traces of the queue through BullMQ's own `bullmq-otel`, if the standard variables name an OTLP endpoint
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). The SDK and its exporter are 20 times as large as
 * this program, so they are loaded only then, and whoever wants traces installs them beside it.
 *
 * @throws UsageError if they are not installed
 */
export async function openTracing(env: NodeJS.ProcessEnv): Promise<Tracing | undefined> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || endpoint === '' || env.OTEL_SDK_DISABLED === 'true') return undefined;
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { BullMQOtel }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('bullmq-otel'),
    ]).catch((cause: unknown) => {
      throw new UsageError(
        `OTEL_EXPORTER_OTLP_ENDPOINT is set, and the OpenTelemetry SDK is not installed: npm install ${PACKAGES}, or set OTEL_SDK_DISABLED=true.`,
        { cause },
      );
    });
  // The exporter reads endpoint and headers from the same variables itself.
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return {
    telemetry: new BullMQOtel({ tracerName: 'cognito-bulk-reset' }),
    close: () => provider.shutdown(),
  };
}
