import { createServer, type Server } from 'node:http';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { exampleRun } from '../report/html/example-run.js';
import type { ProgramOptions } from '../support/program.js';
import { useScene } from './scene.js';
import { users } from './workplace.js';

const POOL = 'eu-west-1_Report';

const scene = useScene({
  pools: [{ id: POOL, name: 'customers', generated: { pattern: 'user-%d', count: 10 } }],
  users: [...users(3), 'nobody'],
});

const page = () => join(scene.workplace.runDir, 'report.html');
const remake = () => scene.run(['report', scene.workplace.runDir]);

function run(options: ProgramOptions = {}) {
  return scene.run(scene.runOn(POOL, '--queue', inject('redisUrl'), '--discard'), options);
}

describe('report.html', () => {
  test('is there at the end of a run, for its owner alone, and the output says where', async () => {
    const result = await run();
    expect(result.stdout).toMatch(new RegExp(`To look at +${page()}\n`));
    expect((await stat(page())).mode & 0o777).toBe(0o600);
    const text = await readFile(page(), 'utf8');
    expect(text).toContain('3 of 4 rows succeeded; 1 failed.');
    expect(text).toContain('random, and kept by nobody');
    expect(text).not.toContain('class="note" role="note"');
    // summary.json says that the run has finished, so it comes last.
    const [made, finished] = await Promise.all([
      stat(page()),
      stat(join(scene.workplace.runDir, 'summary.json')),
    ]);
    expect(made.mtimeMs).toBeLessThanOrEqual(finished.mtimeMs);
  });

  test('is made anew by "report", which prints its path and nothing else', async () => {
    await run();
    await writeFile(page(), 'spoilt');
    const result = await remake();
    expect(result).toMatchObject({ code: 0, stdout: `${page()}\n`, stderr: '' });
    expect(await readFile(page(), 'utf8')).toContain('3 of 4 rows succeeded');
  });

  test('of a run that was stopped has its rows so far, and says so', async () => {
    await scene.standIn.setFaults([
      { username: 'user-3', action: { kind: 'error', name: 'ExpiredTokenException' } },
    ]);
    expect((await run()).code).toBe(3);
    const result = await remake();
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/has not finished.*can be resumed/);
    expect(await readFile(page(), 'utf8')).toMatch(/So far, .*The run has not finished/s);
  });

  test('of a run that is under way says so', async () => {
    exampleRun(scene.workplace.runDir, 30);
    const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    await writeFile(join(scene.workplace.runDir, 'run.lock'), JSON.stringify(holder));
    expect((await remake()).stderr).toMatch(/still under way/);
    expect(await readFile(page(), 'utf8')).toContain('The run was still under way');
  });

  test('says when report.csv is no longer what the run left', async () => {
    await run();
    const report = join(scene.workplace.runDir, 'report.csv');
    await writeFile(report, (await readFile(report, 'utf8')).replace('user-2,succeeded', 'user-9,succeeded'));
    expect((await remake()).stderr).toMatch(/not as the run left it/);
    expect(await readFile(page(), 'utf8')).toContain('report.csv is not as the run left it');
  });

  test('is made whole or not at all, and the reason is one line (exit 2)', async () => {
    exampleRun(scene.workplace.runDir, 30);
    await mkdir(page());
    const result = await remake();
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/report\.html could not be written \(EISDIR\)\.\n$/);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect((await readdir(scene.workplace.runDir)).sort()).toEqual(['report.csv', 'report.html', 'run.json']);
  });

  test('needs the report of a run (exit 2)', async () => {
    await mkdir(scene.workplace.runDir);
    expect(await remake()).toMatchObject({ code: 2, stdout: '' });
    expect((await remake()).stderr).toMatch(/report\.csv can’t be read/);
  });
});

describe('who began a run stands in run.json, on the plan and in the page', () => {
  let sts: Server;
  let answer: (url: string) => string | undefined;

  beforeAll(async () => {
    sts = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const text = answer(body);
        if (text !== undefined) response.end(text);
      });
    });
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    sts.closeAllConnections();
    sts.close();
  });

  const env = () => {
    const address = sts.address();
    return { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
  };
  const ARN = 'arn:aws:sts::123456789012:assumed-role/Admin/olivia';

  test('as AWS knows the caller', async () => {
    answer = (body) =>
      body.includes('Action=GetCallerIdentity')
        ? `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
        : undefined;
    const result = await run({ env: env() });
    expect(result.stderr).toMatch(new RegExp(`Caller +${ARN}`));
    expect(scene.workplace.json('run.json')).toMatchObject({ caller: { arn: ARN } });
    expect(await readFile(page(), 'utf8')).toContain(ARN);
  });

  test('as the access key, where AWS gives no answer, and without a word about it', async () => {
    answer = () => undefined;
    const result = await run({ env: env() });
    expect(result.code).toBe(1);
    expect(result.stderr).not.toMatch(/STS|timeout|abort/i);
    expect(scene.workplace.json('run.json')).toMatchObject({ caller: { accessKeyId: 'AKIATEST' } });
    expect(await readFile(page(), 'utf8')).toContain('access key AKIATEST');
  });

  test('as the access key at an endpoint that is not AWS, which then is not asked', async () => {
    let asked = 0;
    answer = () => void (asked += 1);
    // An SDK client of any service takes this endpoint if it has none of its own.
    await run({ env: { AWS_ENDPOINT_URL: env().AWS_ENDPOINT_URL_STS } });
    expect(scene.workplace.json('run.json')).toMatchObject({ caller: { accessKeyId: 'AKIATEST' } });
    expect(asked).toBe(0);
  });
});
