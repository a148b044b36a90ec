/** Asks once a second how the run stands, and shows it. Whatever is another's text goes in as text. */
import { createChart } from './chart.js';

/**
 * @typedef {{ row: number, line: number, username: string, status?: string, error?: string, message?: string }} Row
 * @typedef {import('./chart.js').Sample} Sample
 * @typedef {{ succeeded: number, failed: number, skipped: number }} Counts
 * @typedef {{
 *   done: number, rows: number, rowsAreExact: boolean, byStatus: Counts, byError: Record<string, number>,
 *   throttles: number, perSecond: number, limit: number, endsAt?: string, waiting?: string,
 * }} Snapshot as in src/run/snapshot.ts
 * @typedef {{
 *   state: 'starting' | 'running' | 'paused' | 'ended', run?: { pool: string, poolId: string, directory: string },
 *   snapshot?: Snapshot, hints: Record<string, string>, samples: Sample[], failures: Row[], ended?: string,
 * }} Told as in src/ui/watched.ts
 */

const EVERY = 1_000;
const number = new Intl.NumberFormat('en-US');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** @param {string} id */
function at(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no #${id}.`);
  return found;
}
/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (at(id));
/** @param {string} id @param {string} text */
function write(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

/** @param {string} className @param {string} text */
function part(className, text) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {Row} row */
function rowItem({ row, line, username, status, error, message }) {
  const item = document.createElement('li');
  const what = [status === 'failed' ? undefined : status, error, message].filter(Boolean).join(': ');
  const place =
    line === row + 1 ? `row ${number.format(row)}` : `row ${number.format(row)}, line ${number.format(line)}`;
  item.append(part('line', place), part('username', username), part('message', what));
  return item;
}

const chart = createChart(at('chart'));
const progress = /** @type {HTMLProgressElement} */ (at('progress'));
const pause = /** @type {HTMLButtonElement} */ (at('pause'));
let paused = false;
let gone = false;

const STATES = { starting: 'Starting', running: 'Under way', paused: 'Paused', ended: 'Ended' };

/** @param {Told} told */
function show({ state, run, snapshot, hints, samples, failures, ended }) {
  paused = state === 'paused';
  write('state', STATES[state]);
  document.title = `${STATES[state]} – cognito-bulk-reset`;
  if (run !== undefined) {
    write('pool', `${run.pool} (${run.poolId})`);
    write('directory', run.directory);
  }
  if (snapshot !== undefined) {
    const { done, rows, rowsAreExact, byStatus, byError } = snapshot;
    progress.value = rows === 0 ? 0 : Math.min(1, done / rows);
    const all = `${rowsAreExact ? '' : 'about '}${number.format(rows)}`;
    const percent = rows === 0 ? 0 : Math.floor((done / rows) * 100);
    write('verdict', ended ?? `${number.format(done)} of ${all} rows have their line, ${percent} %.`);
    for (const name of /** @type {const} */ (['succeeded', 'failed', 'skipped']))
      write(name, number.format(byStatus[name]));
    write('throttles', number.format(snapshot.throttles));
    write('pace', `${snapshot.perSecond} of ${snapshot.limit}`);
    write(
      'ends',
      snapshot.endsAt === undefined || ended !== undefined ? '–' : clock.format(new Date(snapshot.endsAt)),
    );
    if (document.activeElement !== input('rate')) input('rate').value = String(snapshot.limit);
    const errors = Object.entries(byError);
    at('errors-section').hidden = errors.length === 0;
    at('errors').replaceChildren(
      ...errors.map(([error, count]) => {
        const item = document.createElement('li');
        item.append(part('number', number.format(count)), part('error', error));
        if (hints[error] !== undefined) item.append(part('hint', hints[error]));
        return item;
      }),
    );
  }
  const waiting = ended === undefined ? snapshot?.waiting : undefined;
  at('waiting').hidden = waiting === undefined || waiting === 'paused';
  write('waiting', waiting === undefined ? '' : `Waiting: ${waiting}.`);
  at('failures-section').hidden = failures.length === 0;
  at('failures').replaceChildren(...failures.map(rowItem));
  chart.show(samples);
  pause.textContent = paused ? 'Go on' : 'Pause';
  if (state === 'ended') close();
}

/** Nothing can be asked of it any more; what it has shown stays. */
function close() {
  gone = true;
  for (const control of document.querySelectorAll('button, input')) control.setAttribute('disabled', '');
}

async function look() {
  try {
    const answer = await fetch('/api/state');
    if (answer.status === 401) throw new Error(await answer.text());
    if (answer.ok) show(await answer.json());
  } catch (error) {
    // A server that answers no more has ended with its program.
    write('state', 'The program has ended');
    write(
      'verdict',
      error instanceof TypeError ? 'See the terminal, or the report in the run directory.' : String(error),
    );
    close();
  }
  if (!gone) setTimeout(look, EVERY);
}

/** @param {string} path @param {object} body */
async function ask(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  write('answer', answer.ok ? '' : (await answer.text()).trim());
}

pause.addEventListener('click', () => void ask(paused ? '/api/resume' : '/api/pause', {}));
at('controls').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = input('rate').value.trim();
  input('rate').blur();
  void ask('/api/rate', { rate: text === 'max' ? text : Number(text) });
});
at('search').addEventListener('submit', (event) => {
  event.preventDefault();
  void find(input('text').value.trim());
});

/** @param {string} text */
async function find(text) {
  if (text === '') return;
  const answer = await fetch(`/api/search?text=${encodeURIComponent(text)}`);
  if (!answer.ok) return;
  /** @type {{ records: Row[], more: boolean }} */
  const { records, more } = await answer.json();
  const count = records.length === 1 ? '1 row' : `${records.length} rows`;
  write(
    'found',
    records.length === 0 ? 'No row with a line yet has it.' : more ? `The first ${count}.` : `${count}.`,
  );
  at('results').replaceChildren(...records.map(rowItem));
}

void look();
