/** @import { Rows } from './rows.js' */
import { show } from './escapes.js';
import { number } from './words.js';

/** Rows that are printed at most: some thirty pages. */
const PRINTED = 1_000;

/**
 * On paper nothing scrolls, so some rows are laid out one after the other: those that were looked for, or when all are
 * shown, those that didn't succeed.
 * @param {HTMLElement} paper @param {Rows} rows @param {() => Uint32Array} shown
 */
export function layOutForPaper(paper, rows, shown) {
  addEventListener('beforeprint', () => {
    const all = shown().length === rows.lines.length;
    const indexes = all ? shown().filter((index) => rows.statuses[index] !== 'succeeded') : shown();
    if (indexes.length === 0) return;
    const table = document.createElement('table');
    const head = table.createTHead().insertRow();
    for (const name of ['Row', 'Username', 'Status', 'Error', 'Message']) {
      const cell = document.createElement('th');
      cell.textContent = name;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const index of indexes.subarray(0, PRINTED)) {
      const line = body.insertRow();
      for (const text of [
        number(rows.numbers[index] ?? 0),
        rows.usernames[index],
        rows.statuses[index],
        rows.errors[index],
        rows.messages[index],
      ])
        show(line.insertCell(), text ?? '');
    }
    const title = document.createElement('p');
    title.textContent = all ? 'The rows that did not succeed:' : 'The rows that were looked for:';
    paper.replaceChildren(title, table);
    if (indexes.length > PRINTED) {
      const note = document.createElement('p');
      note.textContent = `The first ${number(PRINTED)} of ${number(indexes.length)} rows. All are in report.csv.`;
      paper.append(note);
    }
  });
  addEventListener('afterprint', () => paper.replaceChildren());
}
