import { parseArgs } from 'node:util';
import { type Blows, runScenario, type ScenarioOptions } from './scenario.js';

const HELP = `npm run chaos -- [--minutes <n>] [--queue redis|embedded] [--rows <n>] [--blows <n>] [--disable] [--from <seed>]
npm run chaos -- --seed <n> --queue redis|embedded    one scenario again, alone
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    from: { type: 'string' },
    queue: { type: 'string' },
    rows: { type: 'string', default: '2000' },
    blows: { type: 'string', default: '12' },
    disable: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const until = Date.now() + Number(values.minutes) * 60_000;
  const queues = (['embedded', 'redis'] as const).filter(
    (queue) => values.queue === undefined || queue === values.queue,
  );
  const total = { scenarios: 0, rows: 0, calls: 0, blows: {} as Partial<Blows> };
  let good = true;
  for (let seed = Number(values.seed ?? values.from ?? Date.now() % 1_000_000); ; seed += 1) {
    for (const queue of queues) {
      const options: ScenarioOptions = {
        seed,
        queue,
        rows: Number(values.rows),
        blows: Number(values.blows),
        disable: values.disable,
      };
      good = (await play(options, total)) && good;
    }
    if (values.seed !== undefined || Date.now() > until) break;
  }
  process.stdout.write(`${JSON.stringify({ ...total, held: good })}\n`);
  return good;
}

async function play(
  options: ScenarioOptions,
  total: { scenarios: number; rows: number; calls: number; blows: Partial<Blows> },
): Promise<boolean> {
  const again = `npm run chaos -- --seed ${options.seed} --queue ${options.queue} --rows ${options.rows} --blows ${options.blows}${options.disable === true ? ' --disable' : ''}`;
  try {
    const { rows, calls, blows, violations } = await runScenario(options);
    total.scenarios += 1;
    total.rows += rows;
    total.calls += calls;
    for (const [blow, times] of Object.entries(blows)) {
      const name = blow as keyof Blows; // Object.entries forgets the names of the record.
      total.blows[name] = (total.blows[name] ?? 0) + times;
    }
    process.stdout.write(
      `${violations.length === 0 ? 'held  ' : 'BROKEN'}  seed ${options.seed} ${options.queue}  ${JSON.stringify(blows)}\n`,
    );
    for (const violation of violations.slice(0, 20)) process.stdout.write(`        ${violation}\n`);
    if (violations.length > 0) process.stdout.write(`        again: ${again}\n`);
    return violations.length === 0;
  } catch (error) {
    process.stdout.write(
      `BROKEN  seed ${options.seed} ${options.queue}: ${String(error)}\n        again: ${again}\n`,
    );
    return false;
  }
}
