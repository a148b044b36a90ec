import { OUTCOME_STATUSES, type OutcomeStatus } from '../../outcome.js';
import { STEPS } from '../../steps.js';
import { duration } from '../duration.js';
import { errorHint } from '../error-hints.js';
import { errorsByCount, type Tally } from '../tally.js';
import { html, type Markup } from './markup.js';
import type { Fact, PageFacts } from './page-facts.js';
import { rateChart } from './rate-chart.js';
import type { Survey } from './survey.js';
import { moment, number, percent } from './words.js';

/** Kinds of error that are listed; the filter of the table has all. */
const ERRORS_LISTED = 25;

/** One line for whoever reads no further. */
export function verdict({ rows, byStatus }: Readonly<Tally>, facts: PageFacts): string {
  const { succeeded } = byStatus;
  const so = facts.unfinished === undefined ? '' : 'So far, ';
  if (rows === 0) return `${so}no row has a result.`;
  if (succeeded === rows) return `${so}${rows === 1 ? 'the one row' : `all ${number(rows)} rows`} succeeded.`;
  const others = OUTCOME_STATUSES.filter((status) => status !== 'succeeded' && byStatus[status] > 0).map(
    (status) => `${number(byStatus[status])} ${WORDS[status]}`,
  );
  return `${so}${number(succeeded)} of ${number(rows)} rows succeeded; ${others.join(', ')}.`;
}

const WORDS: Record<OutcomeStatus, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  unprocessed: 'not processed',
};

export function heading(survey: Survey, facts: PageFacts): Markup {
  const notes = [...(facts.unfinished === undefined ? [] : [facts.unfinished]), ...facts.warnings];
  return html`<header>
    <p class="kicker">Password reset · Amazon Cognito</p>
    <h1>${facts.pool.name}</h1>
    <p class="verdict">${capital(verdict(survey.tally, facts))}</p>
    ${notes.map((note) => html`<p class="note" role="note">${note}</p>`)}
  </header>`;
}

export function counts({ rows, byStatus }: Readonly<Tally>): Markup {
  let before = 0;
  const shares = OUTCOME_STATUSES.map((status) => {
    const width = rows === 0 ? 0 : (byStatus[status] / rows) * 1000;
    // What happened to one in a million must still be seen.
    const shown = byStatus[status] === 0 ? 0 : Math.max(width, 3);
    const part = html`<rect
      class="${status}"
      x="${Math.min(before, 1000 - shown)}"
      width="${shown}"
      height="10"
    />`;
    before += width;
    return shown === 0 ? undefined : part;
  });
  return html`<section aria-labelledby="counts-title">
    <h2 id="counts-title" class="unseen">Outcomes</h2>
    <svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${shares}</svg>
    <dl class="counts">
      ${OUTCOME_STATUSES.map(
        (status) =>
          html` <div class="${byStatus[status] === 0 ? 'none' : status}">
            <dt>${capital(status)}</dt>
            <dd>
              ${number(byStatus[status])}
              <small>${byStatus[status] === 0 ? '' : percent(byStatus[status], rows)}</small>
            </dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** Of how many rows each step is done, in a run that was asked for more than passwords. */
export function steps({ tally }: Survey): Markup | undefined {
  const facts = STEPS.flatMap((step): Fact[] => {
    const counts = tally.steps[step];
    if (counts === undefined) return [];
    const left = [
      ...(counts.no === 0 ? [] : [`${number(counts.no)} not`]),
      ...(counts.unknown === 0 ? [] : [`${number(counts.unknown)} unknown: the call was not answered`]),
    ];
    return [{ name: capital(step.replaceAll('_', ' ')), value: [number(counts.yes), ...left].join('; ') }];
  });
  if (facts.length === 0) return undefined;
  return html`<section aria-labelledby="steps-title">
    <h2 id="steps-title">Steps done</h2>
    ${list(facts)}
  </section>`;
}

export function asked(survey: Survey, facts: PageFacts): Markup {
  return html`<section aria-labelledby="asked-title">
    <h2 id="asked-title">What was asked</h2>
    <div class="two">${list(facts.asked)} ${list([...facts.begun, ...timesOf(survey.tally, facts)])}</div>
  </section>`;
}

function timesOf({ calls, startedAt, finishedAt }: Readonly<Tally>, { throttles }: PageFacts): Fact[] {
  if (startedAt === undefined || finishedAt === undefined) return [{ name: 'Calls', value: 'none' }];
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  const rate = seconds > 0 && calls > 1 ? `, ${number(calls / seconds)} a second` : '';
  return [
    { name: 'First call', value: moment(startedAt) },
    {
      name: 'Last answer',
      value: `${moment(finishedAt)}${seconds >= 1 ? `, after ${duration(seconds)}` : ''}`,
    },
    { name: 'Calls', value: `${number(calls)}${rate}` },
    ...(throttles === undefined
      ? []
      : [
          {
            name: 'Throttled',
            value: throttles === 0 ? 'never' : throttles === 1 ? 'once' : `${number(throttles)} times`,
          },
        ]),
  ];
}

export function overTime({ timeline }: Survey): Markup | undefined {
  if (timeline === undefined || timeline.buckets.length < 2) return undefined;
  return html`<section aria-labelledby="rate-title">
    <h2 id="rate-title">Over time</h2>
    ${rateChart(timeline)}
  </section>`;
}

export function errors({ tally }: Survey): Markup | undefined {
  const kinds = errorsByCount(tally.byError);
  if (kinds.length === 0) return undefined;
  const rest = kinds.slice(ERRORS_LISTED);
  return html`<section aria-labelledby="errors-title">
    <h2 id="errors-title">Errors, and what to do</h2>
    <ul class="errors">
      ${kinds.slice(0, ERRORS_LISTED).map(
        ([error, times]) =>
          html` <li>
            <span class="count">${number(times)}</span>
            <div>
              <button type="button" class="error" data-error="${error}" title="Show these rows">
                ${error}
              </button>
              <p>${errorHint(error) ?? 'Read its message in the rows below.'}</p>
            </div>
          </li>`,
      )}
    </ul>
    ${rest.length === 0 ? undefined : html`<p class="aside">And ${number(rest.reduce((sum, [, times]) => sum + times, 0))} of ${rest.length} other kinds.</p>`}
  </section>`;
}

export function footer(facts: PageFacts): Markup {
  return html`<footer>
    ${list(facts.checksums)}
    <p>
      Made by cognito-bulk-reset ${facts.program} at ${moment(facts.madeAt)} for run ${facts.run}. Times are
      UTC. This page holds usernames and no password; it loads nothing and sends nothing.
    </p>
  </footer>`;
}

function list(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">
    ${facts.map(
      ({ name, value }) =>
        html` <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
