import { createServer } from 'node:http';
import { endListening, listen } from '../listen.js';
import { UsageError } from '../usage-error.js';
import type { Metrics } from './metrics.js';

/** The port that the OpenTelemetry exporters for Prometheus listen on by default. */
const DEFAULT_PORT = 9464;

export interface MetricsAddress {
  host: string;
  port: number;
}

/** `9464`, `0.0.0.0:9464` or `[::]:9464`; only this host can ask unless another address is named. Throws UsageError. */
export function metricsAddress(text: string | true): MetricsAddress {
  if (text === true) return { host: '127.0.0.1', port: DEFAULT_PORT };
  const [, host = '127.0.0.1', digits = ''] = /^(?:(\[[^\]]+\]|[^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535)
    throw new UsageError(`--metrics ${text} is not a port, or an address and a port such as 0.0.0.0:9464.`);
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

/** Answers GET /metrics. @throws UsageError when the port is taken. */
export async function serveMetrics(metrics: Metrics, { host, port }: MetricsAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics.\n');
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const address = await listen(server, { host, port }, 'The metrics');
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}/metrics`,
    close: () => endListening(server),
  };
}
