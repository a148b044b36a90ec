/**
 * Rows that are not yet in the report, at most: bounds the queue, the memory and what a crash leaves undecided,
 * whatever the file's size. At 30 calls a second it is more than a minute of work.
 */
export const WINDOW = 2_000;
