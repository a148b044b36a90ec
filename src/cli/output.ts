import type { Option } from 'commander';
import { z } from 'zod';
import { option, portNumber } from './options.js';
import type { RunResult } from './result.js';
import { defaultProgress, PROGRESS_KINDS, type ProgressKind } from './progress.js';

/** How a run shows itself: its progress on stderr, its result on stdout. */
export interface OutputOptions {
  /** The result as one JSON object. */
  json: boolean;
  progress: ProgressKind;
  /** Where to serve the metrics; true for the default address. */
  metrics: string | true | undefined;
  /** The port of a page to watch the run on, 0 for a free one. */
  ui: number | undefined;
  /** Lines of run.log on the terminal too. */
  verbose: boolean;
  /** Hears what came of the run. */
  onResult?: (result: RunResult) => void;
}

/** Options of every command that watches a run to its end. */
export function outputOptions(): Option[] {
  return [
    option('--json', 'print the result as one JSON object'),
    metricsOption(),
    option('--ui [port]', 'a page at 127.0.0.1 to watch and steer the run on').argParser(portNumber),
    option('--progress <kind>', 'how the progress is shown on stderr').choices(PROGRESS_KINDS),
    option('--plain', 'the same as --progress plain: lines, for a screen reader or a log'),
    option('--verbose', 'the lines of run.log too, one for each outcome; implies --plain'),
    option('--quiet', 'the same as --progress none: the plan, the result and errors'),
  ];
}

/** Also a worker has it. */
export function metricsOption(): Option {
  return option('--metrics [address]', 'serve Prometheus metrics, by default at 127.0.0.1:9464');
}

export const metricsSchema = z.union([z.string(), z.literal(true)]).optional();

export const outputShape = {
  json: z.boolean().default(false),
  progress: z.enum(PROGRESS_KINDS).optional(),
  plain: z.boolean().default(false),
  verbose: z.boolean().default(false),
  quiet: z.boolean().default(false),
  metrics: metricsSchema,
  ui: z.union([z.number(), z.literal(true)]).optional(),
};
const outputSchema = z.object(outputShape);

export function outputOf({
  json,
  progress,
  plain,
  verbose,
  quiet,
  metrics,
  ui,
}: z.output<typeof outputSchema>): OutputOptions {
  // A bar would be torn by the lines of the log.
  const kind = plain || verbose ? 'plain' : (progress ?? defaultProgress());
  return { json, progress: quiet ? 'none' : kind, metrics, ui: ui === true ? 0 : ui, verbose };
}
