import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Workplace } from '../cli/workplace.js';
import type { Setting } from './story.js';

/** `user-001` and on. */
const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(3, '0')}`);

/** A pool with a client to sign in by, and a policy that refuses some passwords. */
const CUSTOMERS = {
  name: 'customers',
  clientId: '1example23456789',
  policy: { MinimumLength: 10, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true },
};

function migration(): Setting {
  const users = names(40, 'user-');
  const rows = users.map(
    (name, index) => `${name},${index === 16 ? 'short' : `Old-Password-${index + 100}`}`,
  );
  return {
    pool: {
      ...CUSTOMERS,
      users: [
        ...users.slice(0, 39).map((username) => ({ username, status: 'RESET_REQUIRED' as const })),
        { username: users[39] ?? '', status: 'EXTERNAL_PROVIDER' },
      ],
    },
    files: { 'users.csv': `username,password\n${[...rows, 'user-404,Old-Password-404'].join('\n')}\n` },
  };
}

function rotation(): Setting {
  return {
    pool: {
      ...CUSTOMERS,
      users: [
        ...names(60, 'user-'),
        'admin',
        'billing-service',
        { username: 'invited', status: 'UNCONFIRMED' },
      ],
    },
    files: {},
    before: {
      // As often as one call is tried.
      'run users.csv': ({ service }) =>
        service.setFaults([
          { username: 'user-033', times: 7, action: { kind: 'error', name: 'InternalErrorException' } },
        ]),
    },
  };
}

function incident(): Setting {
  return {
    pool: {
      name: 'customers',
      users: [
        ...names(147, 'user-'),
        'admin',
        { username: 'left-in-2024', enabled: false },
        { username: 'partner', status: 'EXTERNAL_PROVIDER' },
      ],
    },
    files: { 'page-oncall.sh': 'cat >>paged.jsonl; echo >>paged.jsonl\n' },
    before: {
      'set-rate runs/incident': ({ service }) =>
        service.setFaults([{ operation: '*', action: { kind: 'error', name: 'ExpiredTokenException' } }]),
      'aws sso login': ({ service, workplace }) => {
        expect(pages(workplace)).toEqual(['stopped']);
        service.setFaults([]);
      },
      'verify runs/incident': ({ workplace }) => {
        expect(pages(workplace)).toEqual(['stopped', 'finished']);
      },
    },
  };
}

/** What the person on call was told of the run, by the page's own command. */
function pages({ path }: Workplace): unknown[] {
  const lines = readFileSync(join(path, 'paged.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line).status);
}

function readme(): Setting {
  const users = names(20, 'user-');
  return {
    pool: { name: 'customers', users },
    atTerminal: false,
    files: {
      'users.csv': `username\n${users.join('\n')}\n`,
      'staff.csv': `name,team,username\n${users.map((name) => `N,T,${name}\n`).join('')}`,
    },
    before: {
      'resume runs/': async ({ service, run }) => {
        service.setFaults([{ everyNth: 5, action: { kind: 'error', name: 'ExpiredTokenException' } }]);
        expect(
          await run('npx cognito-bulk-reset run users.csv --pool-id eu-west-1_AbCdEf123 --generate'),
        ).toMatchObject({ code: 3 });
        service.setFaults([]);
      },
    },
  };
}

/** What each page with commands takes for granted. */
export const SETTINGS: Readonly<Record<string, () => Setting>> = {
  'README.md': readme,
  'docs/migration.md': migration,
  'docs/rotation.md': rotation,
  'docs/incident.md': incident,
};
