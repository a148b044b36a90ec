/** How long the same error is not told again, in ms. */
const QUIET = 30_000;

/** Tells of an error, and of the same again only after a while: each connection tells of each try to connect anew. */
export function seldom(tell: (error: Error) => void): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    const now = performance.now();
    if (now - (told.get(error.message) ?? Number.NEGATIVE_INFINITY) < QUIET) return;
    told.set(error.message, now);
    tell(error);
  };
}
