import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the file uses of Compose's own specification, and no key besides: a misspelt one would be passed over. */
const serviceSchema = z.strictObject({
  image: z.string().optional(),
  build: z
    .union([z.literal('.'), z.strictObject({ context: z.literal('.'), target: z.string() })])
    .optional(),
  working_dir: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  volumes: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .default({}),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: z.string(), retries: z.int() })
    .optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()),
  restart: z
    .string()
    .regex(/^on-failure:\d+$/)
    .optional(),
});
const composeSchema = z.strictObject({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

export type Service = z.output<typeof serviceSchema>;

/** docker-compose.yml, parsed by YAML 1.2's rules, which are Compose's. */
export function readCompose(): z.output<typeof composeSchema> {
  return composeSchema.parse(parse(readFileSync(`${ROOT}docker-compose.yml`, 'utf8')));
}

export function readDockerfile(): string[][] {
  return readFileSync(`${ROOT}Dockerfile`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '));
}
