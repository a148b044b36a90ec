import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createWorkplace, type Workplace } from '../cli/workplace.js';
import { type StandIn, startStandIn } from '../support/stand-in/stand-in.js';
import type { PoolOptions } from '../support/stand-in/options.js';
import { comparable, type Step, stepsOf } from './page.js';
import { type Ended, openShell, type Shell } from './shell.js';

/** What a page takes for granted. */
export interface Setting {
  /** The pool that the pages call eu-west-1_AbCdEf123. */
  pool: Omit<PoolOptions, 'id'>;
  files: Record<string, string>;
  /** Whether its commands have a terminal, and ask. @default true */
  atTerminal?: boolean;
  /** What happens in the world before a command that contains this text, also one that is left out. */
  before?: Record<string, (world: World) => void | Promise<void>>;
}

export interface World {
  service: StandIn;
  workplace: Workplace;
  /** Runs a command that is not the page's. */
  run(command: string): Promise<Ended>;
}

const POOL_ID = 'eu-west-1_AbCdEf123';
/** Where a page has a run's directory of its default name, it is the newest one here. */
const SOME_RUN = /\bruns\/2026-11-23T201500Z-users\b/g;

/**
 * Runs a page's commands one after the other in one place, and holds what they print against what the page says. Answers
 * all that they printed.
 */
export async function runPage(
  page: string,
  setting: Setting,
  isLeftOut: (command: string) => boolean,
): Promise<string> {
  const service = await startStandIn({ pools: [{ ...setting.pool, id: POOL_ID }] });
  const workplace = await createWorkplace();
  const shell = await openShell(workplace, service.url, setting.atTerminal ?? true);
  const printed: string[] = [];
  const world: World = { service, workplace, run: (command) => shell.start(command).ended };
  try {
    await mkdir(join(workplace.path, 'runs'));
    for (const [name, content] of Object.entries(setting.files)) await workplace.write(name, content);
    const steps = stepsOf(page);
    for (const [index, step] of steps.entries()) {
      if (step.otherTerminal) continue;
      const others = othersAfter(steps, index);
      await runStep(step, others, {
        page,
        shell,
        workplace,
        isLeftOut,
        printed,
        before: (command) => befall(command, setting, world),
      });
    }
    return printed.join('');
  } finally {
    await service.close();
    await workplace.remove();
  }
}

async function befall(command: string, { before = {} }: Setting, world: World): Promise<void> {
  for (const [words, act] of Object.entries(before)) if (command.includes(words)) await act(world);
}

function othersAfter(steps: readonly Step[], index: number): Step[] {
  const next = steps.findIndex((step, at) => at > index && !step.otherTerminal);
  return steps.slice(index + 1, next === -1 ? undefined : next);
}

interface Place {
  page: string;
  shell: Shell;
  workplace: Workplace;
  isLeftOut: (command: string) => boolean;
  before: (command: string) => Promise<void>;
  printed: string[];
}

/** Runs a command; while it is under way, those of the other terminal. */
async function runStep(step: Step, others: readonly Step[], place: Place): Promise<void> {
  await place.before(step.command);
  if (place.isLeftOut(step.command)) return;
  const command = await inPlace(step.command, place.workplace);
  const started = place.shell.start(command, step.answers);
  try {
    if (others.length > 0) {
      await started.answered;
      await underWay(command, place.workplace);
    }
    for (const other of others) await runStep(other, [], place);
    const ended = await started.ended;
    place.printed.push(ended.output);
    isAsWritten(place.page, step, ended);
  } catch (error) {
    started.kill();
    throw error;
  }
}

async function inPlace(command: string, { path }: Workplace): Promise<string> {
  if (command.search(SOME_RUN) === -1) return command;
  const newest = (await readdir(join(path, 'runs')))
    .filter((name) => name.startsWith('2'))
    .sort()
    .at(-1);
  return command.replaceAll(SOME_RUN, `runs/${newest}`);
}

/** Until other terminals can steer the run. */
async function underWay(command: string, { path }: Workplace): Promise<void> {
  const live = join(path, /--run-dir (\S+)/.exec(command)?.[1] ?? '', 'live.json');
  await expect.poll(() => existsSync(live), { interval: 20 }).toBe(true);
}

function isAsWritten(page: string, { command, prints, exitCode }: Step, { code, output }: Ended): void {
  const told = `${page}: ${command}\n${output}`;
  expect(code, told).toBe(exitCode);
  const lines = output.split(/[\n\r]/).map(comparable);
  let from = 0;
  for (const line of prints) {
    if (line === '...') continue;
    const at = lines.indexOf(comparable(line), from);
    expect(
      at,
      `${told}\nThe page has, and this is not in it (or not in this order):\n${comparable(line)}`,
    ).not.toBe(-1);
    from = at + 1;
  }
}
