/**
 * Rows by the hash of their username: an open-addressed table in typed arrays, 8 bytes a slot (32 bits of the hash
 * and the row's number). It is cut into segments by further bits of the hash, and each grows by itself by a half
 * when four fifths of it are taken. So 10 to 15 bytes a row are in use, and while it grows the old and the new
 * slots of just one segment in 256 stand side by side.
 */
export interface RowTable {
  /** Adds the row, unless one with the same hash is there: then nothing is added and the answer is false. */
  addUnlessMatched(segment: number, tag: number, row: number): boolean;
  /** Adds the row in any case. */
  add(segment: number, tag: number, row: number): void;
  /** All rows with this hash. */
  matches(segment: number, tag: number): number[];
  /** What the slots take, in bytes. */
  bytes(): number;
}

const SEGMENTS = 256;
const FIRST_SLOTS = 8;
const MAX_LOAD = 0.8;
const GROWTH = 1.5;
const WORDS = 2;
const TWO_32 = 2 ** 32;

interface Segment {
  /** Tag and row by turns; row 0 is an empty slot. */
  words: Uint32Array<ArrayBuffer>;
  slots: number;
  used: number;
}

/** For rows from 1 to 2³² − 1. */
export function createRowTable(): RowTable {
  const segments = Array.from({ length: SEGMENTS }, () => emptySegment(FIRST_SLOTS));
  // `%` of a length never misses; the fallback is for the compiler.
  const segmentOf = (bits: number): Segment => segments[bits % SEGMENTS] ?? emptySegment(FIRST_SLOTS);
  return {
    addUnlessMatched(bits, tag, row) {
      const segment = segmentOf(bits);
      if (hasTag(segment, tag)) return false;
      insert(segment, tag, row);
      return true;
    },
    add: (bits, tag, row) => insert(segmentOf(bits), tag, row),
    matches(bits, tag) {
      const { words, slots } = segmentOf(bits);
      const rows: number[] = [];
      for (
        let slot = homeOf(tag, slots);
        words[slot * WORDS + 1] !== 0;
        slot = slot + 1 === slots ? 0 : slot + 1
      ) {
        if (words[slot * WORDS] === tag) rows.push(words[slot * WORDS + 1] ?? 0);
      }
      return rows;
    },
    bytes: () => segments.reduce((sum, { words }) => sum + words.byteLength, 0),
  };
}

const emptySegment = (slots: number): Segment => ({ words: new Uint32Array(slots * WORDS), slots, used: 0 });

/** Spreads 32 bits over any number of slots, which need not be a power of two. */
const homeOf = (tag: number, slots: number): number => Math.floor((tag * slots) / TWO_32);

function hasTag({ words, slots }: Segment, tag: number): boolean {
  for (
    let slot = homeOf(tag, slots);
    words[slot * WORDS + 1] !== 0;
    slot = slot + 1 === slots ? 0 : slot + 1
  ) {
    if (words[slot * WORDS] === tag) return true;
  }
  return false;
}

function insert(segment: Segment, tag: number, row: number): void {
  if (segment.used + 1 > segment.slots * MAX_LOAD) grow(segment);
  place(segment.words, segment.slots, tag, row);
  segment.used++;
}

function place(words: Uint32Array, slots: number, tag: number, row: number): void {
  let slot = homeOf(tag, slots);
  while (words[slot * WORDS + 1] !== 0) slot = slot + 1 === slots ? 0 : slot + 1;
  words[slot * WORDS] = tag;
  words[slot * WORDS + 1] = row;
}

function grow(segment: Segment): void {
  const old = segment.words;
  const slots = Math.ceil(segment.slots * GROWTH);
  const words = new Uint32Array(slots * WORDS);
  for (let at = 0; at < old.length; at += WORDS) {
    const row = old[at + 1] ?? 0;
    if (row !== 0) place(words, slots, old[at] ?? 0, row);
  }
  segment.words = words;
  segment.slots = slots;
  // Gives the old slots' memory back now; else they would add up until the next garbage collection.
  old.buffer.transfer(0);
}
