const KIB = 1024;

/** Bytes (as UTF-8) that one record may have; a longer one fails by itself and is read past, never held. */
export const MAX_RECORD_BYTES = 1024 * KIB;

/** Columns that a file may have. */
export const MAX_COLUMNS = 10_000;

/** Bytes of the file's start that tell its header, its delimiter and how many rows to expect: more than a record may have, in UTF-16 too. */
export const HEAD_BYTES = 2 * MAX_RECORD_BYTES + 64 * KIB;

/** Bytes of the file's start in which wrong encoding or binary content refuses the whole file; later on it fails its row alone. */
export const PROBE_BYTES = 64 * KIB;

/**
 * Bytes that are read at a time, and so about what a batch of rows holds. Larger chunks were measured to be no faster,
 * and the heap grows with what is alive at once: 5 M rows peaked at 271 MB with 128 KiB, at 197 MB with 32.
 */
export const CHUNK_BYTES = 32 * KIB;

/** Rows in a batch at most: a chunk may hold a row in every two bytes, and a row takes some hundred bytes of memory. */
export const BATCH_ROWS = 1024;
