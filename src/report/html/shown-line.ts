/** Characters of a line that the page holds whole; the longest line of a username that Cognito takes has half of it. */
const LINE_LIMIT = 2_000;
/** Characters of the username that are left of a longer line. */
const USERNAME_LEFT = 200;

/** Before the username stand two numbers. */
const BEFORE_USERNAME = /^\d+,\d+,/;

/** A line of the report as the page holds it: a username that is far too long is cut, and ends in `…`. */
export function shownLine(line: string): string {
  if (line.length <= LINE_LIMIT) return line;
  const start = BEFORE_USERNAME.exec(line)?.[0].length ?? 0;
  const end = endOfField(line, start);
  const quoted = line[start] === '"';
  const username = quoted ? line.slice(start + 1, end - 1).replaceAll('""', '"') : line.slice(start, end);
  const left = username.slice(0, USERNAME_LEFT).replace(/[\uD800-\uDBFF]$/, '');
  return `${line.slice(0, start)}"${left.replaceAll('"', '""')}…"${line.slice(end)}`;
}

/** Where the field that begins at `start` has ended. By hand: a pattern runs out of stack in a field of a million quotes. */
function endOfField(line: string, start: number): number {
  if (line[start] !== '"') return line.indexOf(',', start);
  let quote = line.indexOf('"', start + 1);
  while (line[quote + 1] === '"') quote = line.indexOf('"', quote + 2);
  return quote + 1;
}
