/** @import { Rows } from './rows.js' */
import { createDetails } from './details.js';
import { createGrid } from './grid.js';
import { layOutForPaper } from './paper.js';
import { readRows } from './rows.js';
import { createSelection } from './selection.js';
import { number } from './words.js';

/** While someone types, in ms. */
const TYPING = 120;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no #${id}.`);
  return found;
}

const section = element('rows', HTMLElement);
const found = element('found', HTMLOutputElement);
const total = Number(section.dataset['rows']);

try {
  if (!('DecompressionStream' in globalThis)) throw new Error('This browser is too old to unpack them.');
  start(
    await readRows(total, (read) => {
      found.textContent = `Reading the rows… ${number(read)} of ${number(total)}`;
    }),
  );
} catch (error) {
  found.textContent = `The rows can’t be shown: ${error instanceof Error ? error.message : String(error)} The file report.csv beside this page has them.`;
}

/** @param {Rows} rows */
function start(rows) {
  const query = element('query', HTMLInputElement);
  const status = element('status', HTMLSelectElement);
  const error = element('error', HTMLSelectElement);
  const heads = [...section.querySelectorAll('[role=columnheader]')].filter(
    (head) => head instanceof HTMLElement,
  );
  const sort = { key: 'row', descending: false };
  const selection = createSelection(rows);
  const details = createDetails(element('details', HTMLDialogElement), rows);
  const grid = createGrid(element('grid', HTMLElement), rows, details.open);
  /** @type {Uint32Array} */
  let shown = new Uint32Array(0);

  const update = () => {
    shown = selection.select({ query: query.value, status: status.value, error: error.value, ...sort });
    found.textContent =
      shown.length === rows.lines.length
        ? `${number(shown.length)} ${shown.length === 1 ? 'row' : 'rows'}`
        : `${number(shown.length)} of ${number(rows.lines.length)} rows`;
    for (const head of heads) {
      const direction = sort.descending ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', head.dataset['key'] === sort.key ? direction : 'none');
    }
    element('download', HTMLButtonElement).disabled = shown.length === 0;
    grid.show(shown);
  };

  let typing = 0;
  query.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(update, TYPING);
  });
  for (const select of [status, error]) select.addEventListener('change', update);
  section.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault());
  for (const head of heads) {
    head.addEventListener('click', () => {
      const key = head.dataset['key'] ?? 'row';
      sort.descending = sort.key === key && !sort.descending;
      sort.key = key;
      update();
    });
  }
  for (const button of document.querySelectorAll('button.error')) {
    if (!(button instanceof HTMLElement)) continue;
    button.addEventListener('click', () => {
      query.value = '';
      status.value = '';
      error.value = button.dataset['error'] ?? '';
      update();
      section.scrollIntoView();
      element('grid', HTMLElement).focus({ preventScroll: true });
    });
  }

  const run = section.dataset['run'] ?? 'run';
  element('download', HTMLButtonElement).addEventListener('click', () =>
    download(rows, shown, `rows-${run}.csv`),
  );
  document.getElementById('download-failures')?.addEventListener('click', () => {
    const failures = Uint32Array.from(rows.lines, (_, index) => index).filter(
      (index) => rows.statuses[index] !== 'succeeded',
    );
    download(rows, failures, `failures-${run}.csv`);
  });
  if (rows.lines.length < total) {
    const held = element('held', HTMLElement);
    held.textContent = `This page has room for ${number(rows.lines.length)} of the ${number(total)} rows: those that did not succeed come first. All rows are in report.csv.`;
    held.hidden = false;
  }
  layOutForPaper(element('paper', HTMLElement), rows, () => shown);
  for (const part of section.querySelectorAll('.filters, .downloads, .grid')) part.removeAttribute('hidden');
  update();
}

/** Saves lines of the report as they are, so a spreadsheet runs nothing in them. @param {Rows} rows @param {Uint32Array} indexes @param {string} name */
function download(rows, indexes, name) {
  const text = [rows.header.join(','), ...Array.from(indexes, (index) => rows.lines[index]), ''].join('\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
