const MAX_SHOWN = 60;

/**
 * Text out of the file, or the file's name, as it can stand in a one-line message on a terminal: quoted, cut to 60
 * characters, and whatever is not plainly visible (escapes, bidi marks, lone surrogates) as `\u{…}`.
 */
export function printable(text: string): string {
  const characters = [...text.slice(0, 2 * MAX_SHOWN + 2)];
  const cut = characters.length > MAX_SHOWN;
  const shown = characters
    .slice(0, MAX_SHOWN)
    .join('')
    .replace(/[^\p{L}\p{M}\p{S}\p{N}\p{P} ]/gu, escaped);
  return `"${shown}${cut ? '…' : ''}"`;
}

/** A list of names, at most twenty. */
export function printableList(names: readonly string[]): string {
  const shown = names.slice(0, 20).map(printable).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
