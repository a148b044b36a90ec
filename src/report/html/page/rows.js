import { createLines, fieldsOf, plainField } from './csv.js';

/**
 * The rows that the page holds, as columns: half a million objects would take the memory of a browser.
 * @typedef {object} Rows
 * @property {string[]} header names of the report's columns
 * @property {string[]} lines of report.csv
 * @property {Float64Array} numbers
 * @property {string[]} usernames
 * @property {string[]} statuses
 * @property {string[]} errors
 * @property {string[]} messages
 * @property {Float64Array} attempts
 * @property {Float64Array} started ms since 1970; NaN for a row without a call
 * @property {Float64Array} took ms
 */

/**
 * Reads the rows out of the page's elements, and frees each element. Half a million take some seconds, so it gives way
 * to the screen between them.
 * @param {number} total rows of the report: those in the page are as many or fewer
 * @param {(read: number) => void} onProgress
 * @returns {Promise<Rows>}
 */
export async function readRows(total, onProgress) {
  const rows = emptyRows(total);
  let field = fieldsBy(rows.header);
  /** @type {Map<string, string>} */
  const known = new Map();
  const lines = createLines();
  for await (const text of decompressed()) {
    for (const line of lines.add(text)) {
      if (rows.header.length === 0) {
        rows.header = fieldsOf(line);
        field = fieldsBy(rows.header);
      } else {
        addRow(rows, line, field, known);
      }
    }
    onProgress(rows.lines.length);
  }
  const { length } = rows.lines;
  const { numbers, attempts, started, took } = rows;
  return {
    ...rows,
    numbers: numbers.subarray(0, length),
    attempts: attempts.subarray(0, length),
    started: started.subarray(0, length),
    took: took.subarray(0, length),
  };
}

/** @param {number} total @returns {Rows} */
function emptyRows(total) {
  return {
    header: [],
    lines: [],
    numbers: new Float64Array(total),
    usernames: [],
    statuses: [],
    errors: [],
    messages: [],
    attempts: new Float64Array(total),
    started: new Float64Array(total),
    took: new Float64Array(total),
  };
}

/**
 * Reads a field by its column's name. @param {string[]} header
 * @returns {(fields: string[], name: string) => string}
 */
function fieldsBy(header) {
  const places = new Map(header.map((name, place) => [name, place]));
  return (fields, name) => fields[places.get(name) ?? -1] ?? '';
}

/**
 * @param {Rows} rows @param {string} line @param {ReturnType<typeof fieldsBy>} field
 * @param {Map<string, string>} known one string for all rows that say the same
 */
function addRow(rows, line, field, known) {
  const fields = fieldsOf(line);
  const index = rows.lines.length;
  /** @param {string} name */
  const word = (name) => {
    const text = plainField(field(fields, name));
    const same = known.get(text);
    if (same === undefined && known.size < 10_000) known.set(text, text);
    return same ?? text;
  };
  const started = Date.parse(field(fields, 'started_at'));
  rows.lines.push(line);
  rows.numbers[index] = Number(field(fields, 'row'));
  rows.usernames.push(plainField(field(fields, 'username')));
  rows.statuses.push(word('status'));
  rows.errors.push(word('error'));
  rows.messages.push(word('message'));
  rows.attempts[index] = Number(field(fields, 'attempts'));
  rows.started[index] = started;
  rows.took[index] = Date.parse(field(fields, 'finished_at')) - started;
}

/** Everything that the report says of one row, by column. @param {Rows} rows @param {number} index */
export function entriesOf(rows, index) {
  const fields = fieldsOf(rows.lines[index] ?? '');
  return rows.header.map((name, at) => ({ name, value: plainField(fields[at] ?? '') }));
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(base64) {
  // Of 2025; several times as fast, and not in the compiler's library yet.
  if ('fromBase64' in Uint8Array && typeof Uint8Array.fromBase64 === 'function')
    return Uint8Array.fromBase64(base64);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** @returns {AsyncGenerator<string>} */
async function* decompressed() {
  const elements = [...document.querySelectorAll('script.rows')];
  /** @type {ReadableStream<BufferSource>} */
  const compressed = new ReadableStream({
    pull(controller) {
      const element = elements.shift();
      if (element === undefined) return controller.close();
      controller.enqueue(bytesOf(element.textContent ?? ''));
      element.remove();
    },
  });
  const reader = compressed
    .pipeThrough(new DecompressionStream('gzip'))
    .pipeThrough(new TextDecoderStream())
    .getReader();
  for (let rendered = performance.now(); ;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
    if (performance.now() - rendered < 50) continue;
    await new Promise((resolve) => setTimeout(resolve));
    rendered = performance.now();
  }
}
