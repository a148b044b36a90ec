/** @import { Rows } from './rows.js' */
import { show } from './escapes.js';
import { moment, number, span } from './words.js';

/** A browser lays out no element higher than some 33 million pixels of the screen; beyond this, each pixel stands for more. */
const HIGHEST = 8_000_000;

/**
 * A table of which only the rows in view are elements. `#grid` scrolls over an empty element that is as high as all of
 * them would be; the rows stay in view and show what belongs there.
 * @param {HTMLElement} grid @param {Rows} rows @param {(index: number) => void} onOpen
 */
export function createGrid(grid, rows, onOpen) {
  const withDay = isOfMoreDays(rows.started);
  const [head, body, sizer] = ['.head', '.body', '.sizer'].map((part) => grid.querySelector(part));
  if (!(head instanceof HTMLElement) || !(body instanceof HTMLElement) || !(sizer instanceof HTMLElement))
    throw new Error('The page has no grid.');
  /** The rows to show, as indexes. @type {Uint32Array} */
  let found = new Uint32Array(0);
  /** The position of the current row; -1 for none. */
  let current = -1;
  /** @type {HTMLElement[]} */
  const lines = [];
  let drawing = 0;

  /** What the size of the screen makes of it. */
  const measure = () => {
    const rowHeight = Number.parseFloat(getComputedStyle(grid).getPropertyValue('--row-height'));
    const all = found.length * rowHeight;
    // As high as its rows, up to what the style allows; its borders take 2 pixels.
    const most = Number.parseFloat(getComputedStyle(grid).maxHeight) - head.offsetHeight - 2;
    const view = Math.min(all, Math.max(rowHeight, most));
    const full = all - view;
    const scrolled = Math.min(full, HIGHEST);
    return { rowHeight, view, full, scrolled };
  };

  const draw = () => {
    drawing = 0;
    const { rowHeight, view, full, scrolled } = measure();
    sizer.style.height = `${scrolled}px`;
    body.style.height = `${view}px`;
    const top = scrolled === 0 ? 0 : (Math.min(grid.scrollTop, scrolled) / scrolled) * full;
    const first = Math.floor(top / rowHeight);
    const inView = Math.min(found.length - first, Math.ceil(view / rowHeight) + 1);
    while (lines.length < inView) lines.push(newLine());
    if (body.childElementCount !== inView) body.replaceChildren(...lines.slice(0, inView));
    body.style.setProperty('--shift', `${-(top % rowHeight)}px`);
    for (const [at, line] of lines.slice(0, inView).entries()) fill(line, first + at);
    const active = lines[current - first];
    if (current >= first && active?.isConnected) grid.setAttribute('aria-activedescendant', active.id);
    else grid.removeAttribute('aria-activedescendant');
  };

  const newLine = () => {
    const line = document.createElement('div');
    line.setAttribute('role', 'row');
    line.id = `line-${lines.length}`;
    for (const header of head.children) {
      const cell = document.createElement('div');
      cell.setAttribute('role', 'gridcell');
      cell.className = header.className;
      line.append(cell);
    }
    return line;
  };

  /** @param {HTMLElement} line @param {number} position */
  const fill = (line, position) => {
    line.dataset['position'] = String(position);
    line.setAttribute('aria-rowindex', String(position + 2));
    line.setAttribute('aria-selected', String(position === current));
    const index = found[position] ?? 0;
    if (line.dataset['index'] === String(index)) return;
    line.dataset['index'] = String(index);
    line.dataset['status'] = rows.statuses[index];
    const texts = textsOf(rows, index, withDay);
    for (const [at, cell] of [...line.children].entries()) show(cell, texts[at] ?? '');
    const message = rows.messages[index];
    if (message) line.children[ERROR]?.append(messageOf(message));
  };

  const redraw = () => {
    if (drawing === 0) drawing = requestAnimationFrame(draw);
  };

  /** @param {number} position */
  const moveTo = (position) => {
    if (found.length === 0) return;
    current = Math.max(0, Math.min(position, found.length - 1));
    const { rowHeight, view, full, scrolled } = measure();
    const top = full === 0 ? 0 : (grid.scrollTop / scrolled) * full;
    const wanted = Math.max((current + 1) * rowHeight - view, Math.min(top, current * rowHeight));
    if (wanted !== top && full > 0) grid.scrollTop = (wanted / full) * scrolled;
    redraw();
  };

  grid.addEventListener('scroll', redraw, { passive: true });
  addEventListener('resize', redraw);
  new ResizeObserver(redraw).observe(grid);
  grid.addEventListener('keydown', (event) => {
    if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(measure().view / measure().rowHeight) - 1);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: found.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) moveTo(to);
    else if ((event.key === 'Enter' || event.key === ' ') && current >= 0) onOpen(found[current] ?? 0);
    else return;
    event.preventDefault();
  });
  body.addEventListener('click', (event) => {
    const line = /** @type {Element} */ (event.target).closest('[role=row]');
    // Who marks text to copy it doesn't want a window over it.
    if (!(line instanceof HTMLElement) || getSelection()?.isCollapsed === false) return;
    current = Number(line.dataset['position']);
    redraw();
    onOpen(Number(line.dataset['index']));
  });

  return {
    /** @param {Uint32Array} indexes */
    show(indexes) {
      found = indexes;
      current = -1;
      grid.scrollTop = 0;
      grid.setAttribute('aria-rowcount', String(found.length + 1));
      redraw();
    },
  };
}

const ERROR = 3;

/** @param {Float64Array} times */
function isOfMoreDays(times) {
  const day = (/** @type {number} */ time) => Math.floor(time / 86_400_000);
  const known = times.filter((time) => !Number.isNaN(time));
  return known.some((time) => day(time) !== day(known[0] ?? time));
}

/** In the order of the page's column heads. @param {Rows} rows @param {number} index @param {boolean} withDay */
function textsOf(rows, index, withDay) {
  return [
    number(rows.numbers[index] ?? 0),
    rows.usernames[index],
    rows.statuses[index],
    rows.errors[index],
    String(rows.attempts[index] || ''),
    moment(rows.started[index] ?? NaN, withDay),
    span(rows.took[index] ?? NaN),
  ];
}

/** @param {string} message */
function messageOf(message) {
  const element = document.createElement('span');
  element.className = 'message';
  show(element, message);
  return element;
}
