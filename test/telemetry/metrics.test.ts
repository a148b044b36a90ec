import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { metricsAddress } from '../../src/telemetry/metrics-server.js';
import { useScene } from '../cli/scene.js';
import { users } from '../cli/workplace.js';

const POOL = 'eu-west-1_Metrics1';
const ROWS = 60;

const scene = useScene({
  pools: [{ id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: ROWS } }],
  users: [...users(ROWS), 'nobody'],
});

const runArgs = (...more: string[]) => scene.runOn(POOL, '--generate', '--quota', '500', ...more);

describe.each([
  { queue: 'embedded', flags: (): string[] => [] },
  { queue: 'Redis', flags: () => ['--queue', inject('redisUrl')] },
])('with the queue on $queue', ({ flags }) => {
  test('--metrics tells Prometheus the calls by result, how long they take, the rate, the queue and the rows', async () => {
    await scene.standIn.setFaults([
      { action: { kind: 'error', name: 'TooManyRequestsException' }, times: 1 },
    ]);
    const run = await scene.start(runArgs('--rate', '20', '--metrics', '0', ...flags()));
    const [, url = ''] = await run.waitForStderr(/Metrics are at (http:\/\/127\.0\.0\.1:\d+\/metrics)/);
    const text = async () => (await fetch(url)).text();
    await expect
      .poll(text, { timeout: 60_000 })
      .toMatch(
        /cognito_bulk_reset_calls_total\{result="succeeded",operation="AdminSetUserPassword",run="run-[0-9a-f]{8}",pool="eu-west-1_Metrics1"\} \d\d/,
      );
    const metrics = await text();
    expect(metrics).toMatch(/calls_total\{result="throttled".*\} 1\n/);
    expect(metrics).toMatch(/rate_limit_calls_per_second\{.*\} 1[0-9.]*\n/);
    expect(metrics).toMatch(/rate_limit_max_calls_per_second\{.*\} 20\n/);
    expect(metrics).toMatch(/call_duration_seconds_bucket\{le="15".*\} \d+\n/);
    expect(metrics).toMatch(/queue_jobs\{state="wait".*\} \d+\n/);
    expect(metrics).toMatch(/rows\{status="succeeded".*\} \d+\n/);
    expect(metrics).toMatch(/expected_rows\{.*\} 61\n/);
    const [, seconds] = /last_progress_timestamp_seconds\{.*\} ([\d.]+)\n/.exec(metrics) ?? [];
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    expect(metrics).not.toMatch(/user-\d/);
    expect((await fetch(url.replace('metrics', 'other'))).status).toBe(404);
    expect((await run.result).code).toBe(1);
    await expect(fetch(url)).rejects.toThrow();
  });
});

test('a port that is taken is said before anything is made or sent', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  // It listens on a port.
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await scene.run(runArgs('--metrics', String(port)));
  taken.close();
  expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(await scene.standIn.size()).toBe(0);
  expect(scene.workplace.has('.')).toBe(false);
});

test('an address is a port of this host, unless another host is named', () => {
  expect(metricsAddress(true)).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(metricsAddress('9000')).toEqual({ host: '127.0.0.1', port: 9000 });
  expect(metricsAddress('0.0.0.0:9000')).toEqual({ host: '0.0.0.0', port: 9000 });
  expect(metricsAddress('[::]:9000')).toEqual({ host: '::', port: 9000 });
  for (const wrong of ['', 'nine', 'host:', ':99999', '-1'])
    expect(() => metricsAddress(wrong)).toThrow(/--metrics/);
});

test('traces of the queue reach the OTLP endpoint that the standard variables name, and hold no username', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString('latin1')));
    request.on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  // It listens on a port.
  const { port } = collector.address() as AddressInfo;
  const { code } = await scene.run(runArgs('--rate', '100', '--quiet'), {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  collector.close();
  collector.closeAllConnections();
  expect(code).toBe(1);
  const sent = bodies.join('');
  expect(sent).toContain('bullmq.job.id');
  expect(sent).toContain('reset-user');
  expect(sent).not.toMatch(/user-\d|nobody/);
});

test('the Grafana dashboard asks only for metrics that there are', async () => {
  const dashboard = await readFile(new URL('../../samples/grafana-dashboard.json', import.meta.url), 'utf8');
  const source = await readFile(new URL('../../src/telemetry/metrics.ts', import.meta.url), 'utf8');
  const asked = new Set(dashboard.match(/cognito_bulk_reset_[a-z_]+/g));
  const told = new Set(
    [...source.matchAll(/(?:gauge\(\s*'|'cognito_bulk_reset_)([a-z_]+)'/g)].map(
      ([, name]) => `cognito_bulk_reset_${name}`,
    ),
  );
  told.add('cognito_bulk_reset_call_duration_seconds_bucket');
  expect(asked.size).toBeGreaterThan(7);
  expect([...asked].filter((name) => !told.has(name))).toEqual([]);
});
