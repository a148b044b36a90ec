/** What an eye could be fooled by, as in the program's own terminal-text.ts. */
const UNSAFE = /([\p{C}\p{Zl}\p{Zp}])/u;

/**
 * Puts text into an element, as text: nothing in it is markup. Control characters and bidi marks are shown as `\u{202e}`
 * and marked, so that a backslash in a name can't pass for one.
 * @param {Element} element @param {string} text
 */
export function show(element, text) {
  if (!UNSAFE.test(text)) {
    element.textContent = text;
    return;
  }
  element.replaceChildren(
    ...text.split(new RegExp(UNSAFE, 'gu')).map((piece, index) => {
      // `split` gives what was matched at each odd place.
      if (index % 2 === 0) return piece;
      const mark = document.createElement('mark');
      mark.textContent = escaped(piece);
      return mark;
    }),
  );
}

/** @param {string} character */
function escaped(character) {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
