import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = 'dist/src/cli/main.js';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs the built program from the repository's root, on this terminal. A Ctrl-C is the program's to answer: this
 * process goes on, so that it can clean up. Answers the exit code.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: demoEnvironment(),
  });
  // A terminal sends Ctrl-C to both processes; whoever ends only this one means the program too.
  const forward = () => child.kill('SIGTERM');
  const goOn = () => undefined;
  process.on('SIGTERM', forward).on('SIGINT', goOn);
  try {
    const [code] = await once(child, 'exit');
    return typeof code === 'number' ? code : 130;
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward).off(signal, goOn);
  }
}

/** Nothing of the person's own AWS account or options gets into the demo, and nothing of it leaves the machine. */
function demoEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|COGNITO_BULK_RESET)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: 'AKIALOCAL',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
