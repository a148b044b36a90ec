/**
 * The kinds of character that a pool's policy can require, as the service counts them: Basic Latin
 * letters, digits, and the 32 ASCII punctuation marks plus the space inside a password
 * (Cognito Developer Guide, "Adding user pool password requirements").
 */
export const CHARACTER_CLASSES = ['uppercase', 'lowercase', 'digit', 'symbol'] as const;
export type CharacterClass = (typeof CHARACTER_CLASSES)[number];

const PATTERNS: Readonly<Record<CharacterClass, RegExp>> = {
  uppercase: /[A-Z]/,
  lowercase: /[a-z]/,
  digit: /[0-9]/,
  symbol: /[!-/:-@[-`{-~ ]/,
};

/** Whether at least one character of the text counts as this class. */
export function hasClass(text: string, wanted: CharacterClass): boolean {
  return PATTERNS[wanted].test(text);
}

export const ALPHABET_NAMES = ['full', 'readable'] as const;
export type AlphabetName = (typeof ALPHABET_NAMES)[number];

// No space in either: at an end the service refuses it, and in the middle a person overlooks it.
const FULL = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i));
const CONFUSED = '0O1lI|"\'`';

/** The characters that generated passwords are drawn from; every class is in both. */
export const ALPHABETS: Readonly<Record<AlphabetName, string>> = {
  full: FULL,
  readable: [...FULL].filter((character) => !CONFUSED.includes(character)).join(''),
};

/** How many characters of an alphabet count as each class. */
export const CLASS_SIZES: Readonly<Record<AlphabetName, Readonly<Record<CharacterClass, number>>>> = {
  full: classSizes(ALPHABETS.full),
  readable: classSizes(ALPHABETS.readable),
};

function classSizes(alphabet: string): Record<CharacterClass, number> {
  const size = (wanted: CharacterClass) => [...alphabet].filter((c) => hasClass(c, wanted)).length;
  return {
    uppercase: size('uppercase'),
    lowercase: size('lowercase'),
    digit: size('digit'),
    symbol: size('symbol'),
  };
}
