import { escapeForTerminal } from '../report/terminal-text.js';
import type { ProgressKind } from './progress.js';

/** Says something on stderr beside the progress: as `text`, or to programs as an event, one JSON object a line. */
export function tell(
  progress: ProgressKind,
  event: 'plan' | 'warning' | 'message' | 'canary' | 'ended',
  text: string,
  data: object = {},
): void {
  process.stderr.write(
    progress === 'json' ? `${JSON.stringify({ event, message: text.trim(), ...data })}\n` : text,
  );
}

/** A warning, whose text may quote what others have written. */
export function warn(progress: ProgressKind, text: string): void {
  tell(progress, 'warning', `warning: ${escapeForTerminal(text)}\n`);
}
