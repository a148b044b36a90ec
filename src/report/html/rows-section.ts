import { OUTCOME_STATUSES } from '../../outcome.js';
import { errorsByCount } from '../tally.js';
import { html, type Markup } from './markup.js';
import type { PageFacts } from './page-facts.js';
import type { Survey } from './survey.js';
import { number } from './words.js';

/** The columns of the table, by which it can be sorted. */
const COLUMNS = [
  ['row', 'Row'],
  ['username', 'Username'],
  ['status', 'Status'],
  ['error', 'Error'],
  ['attempts', 'Calls'],
  ['started_at', 'Started'],
  ['took', 'Took'],
];

/** The table without its rows, which the script fills in; `page/main.js` knows the ids. */
export function rowsSection({ tally }: Survey, facts: PageFacts): Markup {
  const unsuccessful = tally.rows - tally.byStatus.succeeded;
  return html`<section
    id="rows"
    aria-labelledby="rows-title"
    data-rows="${tally.rows}"
    data-run="${facts.run}"
  >
    <h2 id="rows-title">Rows</h2>
    <noscript
      ><p class="note">
        This table needs JavaScript. The file report.csv beside this page has the same rows.
      </p></noscript
    >
    <form class="filters" role="search" hidden>
      <label
        >Search
        <input
          type="search"
          id="query"
          placeholder="username, message or request id"
          autocomplete="off"
          spellcheck="false"
      /></label>
      <label
        >Status
        <select id="status">
          <option value="">all</option>
          ${OUTCOME_STATUSES.filter((status) => tally.byStatus[status] > 0).map(
            (status) =>
              html`<option value="${status}">${status} (${number(tally.byStatus[status])})</option>`,
          )}
        </select></label
      >
      <label
        >Error
        <select id="error">
          <option value="">all</option>
          ${errorsByCount(tally.byError).map(
            ([error, times]) => html`<option value="${error}">${error} (${number(times)})</option>`,
          )}
        </select></label
      >
    </form>
    <div class="found">
      <output id="found" aria-live="polite">Reading the rows…</output>
      <span class="downloads" hidden
        ><button type="button" id="download">Download these rows</button>${
          unsuccessful === 0
            ? undefined
            : html` <button type="button" id="download-failures">Download failures</button>`
        }</span
      >
    </div>
    <p class="note" id="held" hidden></p>
    <div
      class="grid"
      id="grid"
      role="grid"
      tabindex="0"
      aria-label="Rows of the report"
      aria-describedby="grid-help"
      aria-colcount="${COLUMNS.length}"
      hidden
    >
      <div class="head" role="row" aria-rowindex="1">
        ${COLUMNS.map(
          ([key, name]) =>
            html`<div role="columnheader" class="${key}" data-key="${key}">
              <button type="button">${name}</button>
            </div>`,
        )}
      </div>
      <div class="body" role="rowgroup"></div>
      <div class="sizer" role="presentation"></div>
    </div>
    <p class="unseen" id="grid-help">Arrow keys move over the rows; Enter shows all of one.</p>
    <dialog id="details" aria-labelledby="details-title">
      <h3 id="details-title"></h3>
      <dl class="facts"></dl>
      <form method="dialog"><button>Close</button></form>
    </dialog>
    <div id="paper"></div>
  </section>`;
}
