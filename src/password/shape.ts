import { z } from 'zod';
import { UsageError } from '../usage-error.js';
import {
  ALPHABET_NAMES,
  ALPHABETS,
  type AlphabetName,
  CHARACTER_CLASSES,
  type CharacterClass,
  CLASS_SIZES,
} from './characters.js';
import { LONGEST_PASSWORD, type PasswordPolicy, requiredClasses } from './policy.js';

const DEFAULT_LENGTH = 20;

/** Out of reach of guessing, offline too; shapes of less are refused. */
const LEAST_ENTROPY_BITS = 100;

/** A derived password can't be harder to guess than the run's key. */
const KEY_BITS = 256;

/** What a generated password looks like. It travels in every job's data, so it is small. */
export interface PasswordShape {
  /** In characters. */
  length: number;
  alphabet: AlphabetName;
  /** Each of these occurs at least once. */
  required: CharacterClass[];
}

/** For shapes from outside: one that makes weak passwords is not valid, whoever put it into the queue. */
export const passwordShapeSchema: z.ZodType<PasswordShape> = z
  .strictObject({
    // Ends the parsing at once: the entropy of a length of 10^8 takes hours to compute.
    length: z.int({ abort: true }).min(1, { abort: true }).max(LONGEST_PASSWORD, { abort: true }),
    alphabet: z.enum(ALPHABET_NAMES),
    required: z.array(z.enum(CHARACTER_CLASSES)).max(CHARACTER_CLASSES.length),
  })
  .refine((shape) => entropyBits(shape) >= LEAST_ENTROPY_BITS, {
    error: `a shape of under ${LEAST_ENTROPY_BITS} bits of entropy`,
  });

export interface ShapeOptions {
  /** `--length`, in characters. @default the larger of 20 and the policy's minimum */
  length?: number | undefined;
  /** `--alphabet`. @default 'full' */
  alphabet?: AlphabetName | undefined;
}

/**
 * The shape of this pool's generated passwords.
 *
 * @throws UsageError for a length that the pool would refuse, or under 100 bits of entropy
 */
export function shapeFor(policy: PasswordPolicy, options: ShapeOptions = {}): PasswordShape {
  const length = options.length ?? Math.max(DEFAULT_LENGTH, policy.minimumLength);
  const shape = { length, alphabet: options.alphabet ?? 'full', required: requiredClasses(policy) };

  if (!Number.isInteger(length) || length < 1 || length > LONGEST_PASSWORD) {
    throw new UsageError(`--length must be a whole number from 1 to ${LONGEST_PASSWORD}, got ${length}`);
  }
  if (length < policy.minimumLength) {
    throw new UsageError(
      `--length ${length} is under the pool's minimum: use --length ${policy.minimumLength} or more`,
    );
  }
  const bits = entropyBits(shape);
  if (bits < LEAST_ENTROPY_BITS) {
    throw new UsageError(
      `passwords of --length ${length} would have ${Math.floor(bits * 10) / 10} bits of entropy and ` +
        `${LEAST_ENTROPY_BITS} is the least: use --length ${leastLength(shape)} or more`,
    );
  }
  return shape;
}

/** How many bits a password of this shape is worth to who knows the shape, not the run's key. */
export function entropyBits(shape: PasswordShape): number {
  return Math.min(KEY_BITS, log2(countPasswords(shape)));
}

/**
 * How many passwords have this shape: all strings over the alphabet, less those that lack a required
 * class, by inclusion and exclusion over the sets of classes that may be lacking.
 */
export function countPasswords(shape: Readonly<PasswordShape>): bigint {
  const sizes = [...new Set(shape.required)].map((wanted) => CLASS_SIZES[shape.alphabet][wanted]);

  function count(available: number, [size, ...rest]: number[]): bigint {
    if (size === undefined) return BigInt(available) ** BigInt(shape.length);
    return count(available, rest) - count(available - size, rest);
  }
  return count(ALPHABETS[shape.alphabet].length, sizes);
}

function leastLength(shape: PasswordShape): number {
  let length = shape.length;
  while (entropyBits({ ...shape, length }) < LEAST_ENTROPY_BITS) length += 1;
  return length;
}

/** Of a number too large for a double: its leading 50 bits or more decide. */
function log2(n: bigint): number {
  const dropped = Math.max(0, 4 * n.toString(16).length - 53);
  return Math.log2(Number(n >> BigInt(dropped))) + dropped;
}
