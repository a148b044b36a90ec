/** How often the queue is asked whether it is there, in ms. */
const ASK_EVERY = 1_000;
/** How long it may take to answer, in ms: a server whose answers take longer holds up the calls. */
const ANSWER_WITHIN = 2_000;

export interface Probe {
  /** Whether the queue can be reached, as far as is known just now. */
  answers(): boolean;
  stop(): void;
}

/**
 * Asks the queue again and again whether it is there. A connection tells only of an end that somebody announced: one
 * to a host that fell silent, or that slept with this one, looks as good as ever.
 */
export function createProbe(ask: () => Promise<unknown>): Probe {
  let refused = false;
  let askedAt: number | undefined;
  const timer = setInterval(() => {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    ask()
      .then(
        () => (refused = false),
        () => (refused = true),
      )
      .finally(() => (askedAt = undefined));
  }, ASK_EVERY);
  timer.unref();
  return {
    answers: () => !refused && (askedAt === undefined || performance.now() - askedAt < ANSWER_WITHIN),
    stop: () => clearInterval(timer),
  };
}
