/** Commands of the docs that no test here can run, each with the reason. */
export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'CONTRIBUTING.md': {
    'npm ci': 'installs from the network',
    'npm run build': 'this test runs what it builds',
    'npx vitest run test/rate/pace.test.ts': 'is what runs this test',
    'npm test': 'is what runs this test',
    'npm run lint && npm run typecheck': 'has nothing to do with the program; .ci/run has it',
  },
  'README.md': {
    'npm ci && npm run demo': 'installs from the network; the demo itself checks what it shows',
    'npm ci && npm test': 'is what runs this test',
    'npm pack && npm install --global ./cognito-bulk-reset-*.tgz':
      'installs from the network; test/structure/package.test.ts has what is packed',
    'COGNITO_BULK_RESET_KEY_FILE=run.key npx cognito-bulk-reset worker --queue rediss://queue.internal:6379 --run <id>':
      'needs a run on a queue of many hosts; test/cli/workers.test.ts and test/queue/tls.test.ts have one',
  },
  'docs/rotation.md': {
    'age --decrypt -i ~/.ssh/id_ed25519 runs/rotation/credentials.csv.age':
      'needs the program age; test/credentials opens such a file',
  },
  'docs/incident.md': {
    'aws sso login': 'needs AWS; the stand-in takes the credentials again from here on',
  },
};
