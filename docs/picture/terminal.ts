import xterm from '@xterm/headless';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Line, linesOf } from './screen.js';

export interface Size {
  columns: number;
  rows: number;
}

export interface OpenTerminal {
  type(keys: string): void;
  /** When the screen's text matches. */
  shows(pattern: RegExp): Promise<void>;
  /** What stands on it now. */
  screen(): Line[];
  close(): Promise<void>;
}

/** How long anything may take to show. */
const PATIENCE = 120_000;

/** A shell at a terminal of its own (`script`, of every Linux), and xterm to know what its screen shows. */
export async function openTerminal(
  cwd: string,
  { columns, rows }: Size,
  variables: Record<string, string>,
): Promise<OpenTerminal> {
  const shell = `stty cols ${columns} rows ${rows}; exec bash --norc --noprofile -i`;
  const child = spawn('script', ['--quiet', '--flush', '--command', shell, '/dev/null'], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      TERM: 'xterm-256color',
      PS1: '$ ',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_EC2_METADATA_DISABLED: 'true',
      npm_config_update_notifier: 'false',
      ...variables,
    },
  });
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const looks = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) =>
    terminal.write(chunk, () => {
      for (const look of looks) look();
    }),
  );
  const text = () =>
    linesOf(terminal)
      .map((line) => line.text)
      .join('\n');
  return {
    type: (keys) => void child.stdin.write(keys.replaceAll('\n', '\r')),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`The terminal never showed ${pattern}:\n${text()}`));
        }, PATIENCE);
        const look = () => {
          if (!pattern.test(text())) return;
          clearTimeout(late);
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
    screen: () => linesOf(terminal),
    close: async () => {
      const gone = once(child, 'exit');
      child.stdin.end('exit\r');
      await gone;
      terminal.dispose();
    },
  };
}
