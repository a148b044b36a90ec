import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI } from '../support/program.js';
import { ROOT, readCompose, readDockerfile } from './compose.js';

const { services, volumes } = readCompose();
const named = Object.entries(services).map(([name, service]) => ({ name, service }));

describe.each(named)('the service $name', ({ name, service }) => {
  it('has an image, or a stage of the Dockerfile', () => {
    const { image, build } = service;
    expect([image, build].filter((source) => source !== undefined)).toHaveLength(1);
    const stages = readDockerfile().flatMap(([word, , as, stage]) =>
      word === 'FROM' && as === 'AS' ? [stage] : [],
    );
    if (typeof build === 'object') expect(stages).toContain(build.target);
  });

  it('waits for services that can come to what it waits for', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      expect(Object.keys(services)).toContain(other);
      if (condition === 'service_healthy') expect(services[other]?.healthcheck).toBeDefined();
    }
  });

  it('mounts volumes and files that are there', () => {
    for (const [source = ''] of service.volumes.map((volume) => volume.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(ROOT, source)), source).toBe(true);
      else expect(Object.keys(volumes)).toContain(source);
    }
  });

  it('gives the program only options and variables that its help names', () => {
    const words = service.command.join(' ').split(/\s+/);
    const command = words.find((word) => word === 'run' || word === 'worker');
    if (name !== 'run' && name !== 'worker') return;
    expect(command).toBe(name);
    const { stdout: help } = spawnSync(process.execPath, [CLI, name, '--help-all'], { encoding: 'utf8' });
    const variables = Object.keys(service.environment)
      .filter((variable) => variable.startsWith('COGNITO_BULK_RESET_'))
      .map(
        (variable) => `--${variable.slice('COGNITO_BULK_RESET_'.length).toLowerCase().replaceAll('_', '-')}`,
      );
    const options = [...words.filter((word) => word.startsWith('--')), ...variables];
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(help).toMatch(new RegExp(`^  ${option}[ <]`, 'm'));
  });
});

it('gives Redis an append-only file and lets it evict nothing', () => {
  const command = services.redis?.command.join(' ');
  expect(command).toContain('--appendonly yes');
  expect(command).toContain('--maxmemory-policy noeviction');
});

describe('the Dockerfile', () => {
  const lines = readDockerfile();

  it('is built on the Node that package.json names', () => {
    const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
      readFileSync(`${ROOT}package.json`, 'utf8'),
    );
    const major = /\d+/.exec(devDependencies.node ?? '')?.[0];
    const bases = lines.flatMap(([word, base = '']) => (word === 'FROM' && base.includes(':') ? [base] : []));
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toBe(`node:${major}-slim`);
  });

  it('copies what is there and is not ignored', () => {
    const ignored = readFileSync(`${ROOT}.dockerignore`, 'utf8').split('\n');
    const sources = lines.flatMap(([word, ...paths]) =>
      word === 'COPY' && !paths[0]?.startsWith('--from') ? paths.slice(0, -1) : [],
    );
    expect(sources).toContain('src');
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignored).not.toContain(source.replace('./', ''));
    }
  });

  it('ends with the program, run by a user who is not root, with flags that Node knows', () => {
    const last = lines.slice(lines.findLastIndex(([word]) => word === 'FROM'));
    expect(last).toContainEqual(['USER', 'node']);
    const [word, ...given] = last.at(-1) ?? [];
    expect(word).toBe('ENTRYPOINT');
    const [node, ...args]: string[] = JSON.parse(given.join(' '));
    expect([node, args.pop()]).toEqual(['node', '/app/dist/src/cli/main.js']);
    expect(spawnSync(process.execPath, [...args, '--version'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
