/**
 * What a terminal or a reader's eye could be fooled by: control characters and terminal escapes (Cc), invisible
 * format characters, bidi marks among them (Cf; "Trojan Source", CVE-2021-42574), line and paragraph separators
 * (Zl, Zp), lone surrogates (Cs), private use and unassigned code points (Co, Cn).
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * `text` as it may be shown on a terminal or in a one-line message: each unsafe character as `\n`, `\t`,
 * `\r` or `\u{1b}`. For people only: a backslash stays as it is, so this can't be turned back.
 */
export function escapeForTerminal(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  // The pattern matches exactly one code point, so there is one.
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
