/** @import { Rows } from './rows.js' */
import { show } from './escapes.js';
import { entriesOf } from './rows.js';

/** A window with all that the report says of one row. @param {HTMLDialogElement} dialog @param {Rows} rows */
export function createDetails(dialog, rows) {
  const title = /** @type {Element} */ (dialog.querySelector('h3'));
  const list = /** @type {Element} */ (dialog.querySelector('dl'));
  dialog.addEventListener('click', (event) => {
    // The dialog's own box is all content: a click on it is one beside it.
    if (event.target === dialog) dialog.close();
  });
  return {
    /** @param {number} index */
    open(index) {
      show(title, rows.usernames[index] || '(no username)');
      list.replaceChildren(
        ...entriesOf(rows, index)
          .filter(({ name, value }) => name !== 'username' && value !== '')
          .map(({ name, value }) => entry(name, value)),
      );
      dialog.showModal();
    },
  };
}

/** @param {string} name @param {string} value */
function entry(name, value) {
  const [both, term, text] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
  if (both === undefined || term === undefined || text === undefined) throw new Error('no elements');
  term.textContent = name.replaceAll('_', ' ');
  show(text, value);
  both.append(term, text);
  return both;
}
