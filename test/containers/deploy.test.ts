import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { resumeCommand } from '../../src/cli/resume-command.js';
import { runCommand } from '../../src/cli/run-command.js';
import { workerCommand } from '../../src/cli/worker-command.js';
import { ROOT } from './compose.js';

const read = (name: string) => readFileSync(`${ROOT}samples/deploy/${name}`, 'utf8');

const COMMANDS: Record<string, (done: () => void) => Command> = {
  run: runCommand,
  resume: resumeCommand,
  worker: workerCommand,
};

afterEach(() => void vi.unstubAllEnvs());

/** Parses one command line as the program does, and does nothing of it. */
function parsed([name = '', ...args]: string[]): Record<string, unknown> {
  // What the shell or the task gives: its text is checked where it comes from.
  vi.stubEnv('COGNITO_BULK_RESET_QUEUE', 'rediss://queue.internal:6379');
  const make = COMMANDS[name];
  if (make === undefined) throw new Error(`the program has no command ${name}`);
  const command = make(() => undefined)
    .exitOverride()
    .action(() => undefined);
  command.parse(args, { from: 'user' });
  return command.opts();
}

/** The program's command lines in a shell's text. */
function linesIn(shell: string): string[][] {
  return [...shell.matchAll(/exec node \/app\/dist\/src\/cli\/main\.js ([^;\n]+)/g)].map(([, line = '']) =>
    line.trim().split(' '),
  );
}

/** Only what is used of each resource, and no key besides: a misspelt one would be passed over. */
const containerSchema = z.strictObject({
  name: z.string(),
  image: z.literal('IMAGE'),
  command: z.array(z.string()),
  args: z.array(z.string()).default([]),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })).optional(),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z
    .strictObject({
      requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
      limits: z.strictObject({ memory: z.string() }),
    })
    .optional(),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
  ),
});
const jobSchema = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    parallelism: z.int().optional(),
    backoffLimit: z.int(),
    podFailurePolicy: z
      .strictObject({
        rules: z.array(
          z.strictObject({
            action: z.literal('FailJob'),
            onExitCodes: z.strictObject({
              containerName: z.string(),
              operator: z.literal('In'),
              values: z.array(z.int()),
            }),
          }),
        ),
      })
      .optional(),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.literal('Never'),
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.literal(false),
        terminationGracePeriodSeconds: z.int().min(20),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
          runAsGroup: z.literal(1000),
          fsGroup: z.literal(1000),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        initContainers: z.array(containerSchema),
        containers: z.array(containerSchema).length(1),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

describe('samples/deploy/kubernetes.yaml', () => {
  const text = read('kubernetes.yaml');
  const list = z
    .strictObject({ apiVersion: z.literal('v1'), kind: z.literal('List'), items: z.array(z.unknown()) })
    .parse(parse(text, { version: '1.1', maxAliasCount: 100 }));
  const [claim, ...rest] = list.items;
  const jobs = rest.map((item) => jobSchema.parse(item));
  const pods = jobs.map(({ spec }) => spec.template.spec);
  const containers = pods.flatMap(({ initContainers, containers: main }) => [...initContainers, ...main]);

  it('is a volume for the run, a Job of the run and a Job of workers, none of them root, each root file system read-only', () => {
    expect(claim).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'cognito-bulk-reset-runs' },
    });
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(['reset', 'reset-workers']);
  });

  it('runs the program only with options that it has', () => {
    const lines = containers.flatMap(({ args }) => args.flatMap(linesIn));
    expect(lines.map(([name]) => name)).toEqual(['resume', 'run', 'worker']);
    const [resume, run, worker] = lines.map(parsed);
    expect(resume).toMatchObject({ takeOver: true });
    expect(run).toMatchObject({ generate: true, yes: true, rate: 20, runDir: '/runs/reset' });
    expect(worker).toMatchObject({ run: 'RUN_ID' });
  });

  it('gives secrets as files that only the container’s user can read, none as a variable or an argument', () => {
    for (const { env } of containers) {
      for (const { name } of env) expect(name).toBe('COGNITO_BULK_RESET_KEY_FILE');
    }
    expect(text).not.toMatch(/secretKeyRef|envFrom/);
    for (const volume of pods.flatMap(({ volumes }) => volumes)) {
      if ('secret' in volume) expect(volume.secret).toMatchObject({ defaultMode: 0o440 });
    }
    expect(containers.find(({ name }) => name === 'key')?.command).toContain('--mode=600');
  });

  it('mounts what its pod has, and each Secret that the file tells how to make', () => {
    for (const { initContainers, containers: main, volumes } of pods) {
      const names = volumes.map(({ name }) => name);
      for (const { volumeMounts } of [...initContainers, ...main]) {
        for (const { name } of volumeMounts) expect(names).toContain(name);
      }
    }
    const secrets = new Set([...text.matchAll(/secretName: ([\w-]+)/g)].map(([, name]) => name));
    for (const name of secrets) expect(text).toContain(`kubectl create secret generic ${name} `);
  });
});

const taskSchema = z.looseObject({
  requiresCompatibilities: z.tuple([z.literal('FARGATE')]),
  networkMode: z.literal('awsvpc'),
  containerDefinitions: z.array(
    z.looseObject({
      name: z.string(),
      image: z.literal('IMAGE'),
      user: z.literal('1000:1000'),
      readonlyRootFilesystem: z.literal(true),
      command: z.array(z.string()),
      environment: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
      secrets: z.array(
        z.strictObject({ name: z.string(), valueFrom: z.string().startsWith('arn:aws:secretsmanager:') }),
      ),
      mountPoints: z.array(z.looseObject({ sourceVolume: z.string(), containerPath: z.string() })),
    }),
  ),
  volumes: z.array(z.strictObject({ name: z.string() })),
});

describe('samples/deploy/ecs-task.json', () => {
  const task = taskSchema.parse(JSON.parse(read('ecs-task.json')));
  const [key, worker] = task.containerDefinitions;

  it('runs a worker with options that it has, its queue from Secrets Manager and its key from a file', () => {
    expect(parsed(worker?.command ?? [])).toMatchObject({ run: 'RUN_ID' });
    expect(worker?.secrets.map(({ name }) => name)).toEqual(['COGNITO_BULK_RESET_QUEUE']);
    expect(worker?.environment).toEqual([{ name: 'COGNITO_BULK_RESET_KEY_FILE', value: '/keys/run.key' }]);
    expect(key?.command.join(' ')).toContain('umask 077');
  });

  it('mounts volumes that it has, and what is written to belongs to the image’s user', () => {
    const names = task.volumes.map(({ name }) => name);
    for (const { mountPoints } of task.containerDefinitions) {
      for (const { sourceVolume, containerPath } of mountPoints) {
        expect(names).toContain(sourceVolume);
        const dockerfile = readFileSync(`${ROOT}Dockerfile`, 'utf8');
        expect(dockerfile).toMatch(new RegExp(`^VOLUME ${containerPath}$`, 'm'));
        expect(dockerfile).toMatch(new RegExp(`chown node:node .*${containerPath}`));
      }
    }
  });
});
