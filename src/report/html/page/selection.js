/** @import { Rows } from './rows.js' */

/**
 * @typedef {object} Asked
 * @property {string} query
 * @property {string} status '' for all
 * @property {string} error '' for all
 * @property {string} key the column to sort by
 * @property {boolean} descending
 */

/** What can be seen of the rows. @param {Rows} rows */
export function createSelection(rows) {
  /** @type {Map<string, Uint32Array>} */
  const orders = new Map();
  return {
    /** The rows that are asked for, in the order asked for. @param {Asked} asked @returns {Uint32Array} */
    select(asked) {
      const { key, descending } = asked;
      const order = orders.get(key) ?? sorted(rows, key);
      orders.set(key, order);
      const found = order.filter(filterOf(rows, asked));
      return descending ? found.reverse() : found;
    },
  };
}

/** Of the username, the error, its message and the request id; any case. @param {Rows} rows @param {Asked} asked */
function filterOf(rows, { query, status, error }) {
  const wanted = query.trim().toLowerCase();
  const isRequestId = /^[0-9a-f]{4}[0-9a-f-]*$/.test(wanted);
  /** Messages are few and rows are many. @type {Map<string, boolean>} */
  const known = new Map();
  /** @param {string} text */
  const says = (text) => {
    let answer = known.get(text);
    if (answer === undefined) known.set(text, (answer = text.toLowerCase().includes(wanted)));
    return answer;
  };
  /** @param {number} index */
  return (index) => {
    if (status !== '' && rows.statuses[index] !== status) return false;
    if (error !== '' && rows.errors[index] !== error) return false;
    if (wanted === '' || rows.usernames[index]?.toLowerCase().includes(wanted)) return true;
    if (says(rows.errors[index] ?? '') || says(rows.messages[index] ?? '')) return true;
    return isRequestId && (rows.lines[index]?.includes(wanted) ?? false);
  };
}

/** @param {Rows} rows @param {string} key @returns {Uint32Array} */
function sorted(rows, key) {
  const order = Uint32Array.from(rows.lines, (_, index) => index);
  const values = valuesOf(rows, key);
  if (values instanceof Float64Array) {
    // NaN, for what a row doesn't have, comes last.
    return order.sort((a, b) => difference(values[a] ?? NaN, values[b] ?? NaN) || a - b);
  }
  return order.sort((a, b) => compare(values[a] ?? '', values[b] ?? '') || a - b);
}

/** @param {Rows} rows @param {string} key @returns {Float64Array | string[]} */
function valuesOf(rows, key) {
  switch (key) {
    case 'username':
      return rows.usernames.map((name) => name.toLowerCase());
    case 'status':
      return rows.statuses;
    case 'error':
      return rows.errors;
    case 'attempts':
      return rows.attempts;
    case 'started_at':
      return rows.started;
    case 'took':
      return rows.took;
    default:
      return rows.numbers;
  }
}

/** @param {number} a @param {number} b */
function difference(a, b) {
  return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  // An empty text, for what a row doesn't have, comes last.
  if (a === '' || b === '') return Number(a === '') - Number(b === '');
  return a < b ? -1 : a > b ? 1 : 0;
}
