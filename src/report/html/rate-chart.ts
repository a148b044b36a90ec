import { duration } from '../duration.js';
import { html, type Markup } from './markup.js';
import type { Timeline } from './timeline.js';
import { clock, dayAndClock, number } from './words.js';

/** Units of the drawing, which is stretched to the width of the page. */
const HEIGHT = 100;
const GAP = 0.12;
/** One failure among thousands of users must still be seen. */
const LEAST_HEIGHT = 1.5;

const DAY = 86_400_000;

/**
 * Users a second over time as columns, those who failed in them. Not calls, and no line of the rate that was asked for:
 * the report has only each user's first and last call, and not how the rate was changed while the run went on.
 */
export function rateChart({ start, step, buckets }: Timeline): Markup {
  const end = start + buckets.length * step * 1000;
  const isOneDay = new Date(start).getUTCDate() === new Date(end).getUTCDate() && end - start < DAY;
  const at = (time: number) => (isOneDay ? clock(time, step) : dayAndClock(time, step));
  const most = Math.max(...buckets.map(({ users }) => users)) / step;
  const top = ceilingOf(most);
  const height = (perStep: number) => round((perStep / step / top) * HEIGHT);
  const columns = buckets.map(({ users, failures }, index) => {
    if (users === 0) return undefined;
    const name = `${at(start + index * step * 1000)}: ${number(users / step)} users a second${failures === 0 ? '' : `, ${number(failures)} of these failed`}`;
    return html`<g
      ><title>${name}</title
      >${bar('users', index, height(users))}${failures === 0 ? undefined : bar('failures', index, Math.max(height(failures), LEAST_HEIGHT))}</g
    >`;
  });
  return html`<figure class="rate">
    <div class="plot">
      <svg
        viewBox="0 0 ${buckets.length} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="Users a second, by their first call, from ${at(start)} to ${at(end)}: up to ${number(most)}"
      >
        <g class="lines">
          ${[0, 0.5, 1].map((share) => html`<line x1="0" x2="${buckets.length}" y1="${HEIGHT * share}" y2="${HEIGHT * share}" />`)}
        </g>
        ${columns}
      </svg>
      <div class="scale" aria-hidden="true">
        <span>${number(top)}</span><span>${number(top / 2)}</span><span>0</span>
      </div>
    </div>
    <div class="times" aria-hidden="true">
      <span>${at(start)}</span><span>${at((start + end) / 2)}</span><span>${at(end)}</span>
    </div>
    <figcaption>
      <span class="key users">users a second, by when the first call for each was sent</span>
      ${buckets.some(({ failures }) => failures > 0) ? html`<span class="key failures">failed</span>` : undefined}
      <span class="step">each column ${duration(step)}</span>
    </figcaption>
  </figure>`;
}

function bar(kind: string, index: number, height: number): Markup {
  return html`<rect
    class="${kind}"
    x="${round(index + GAP / 2)}"
    y="${round(HEIGHT - height)}"
    width="${1 - GAP}"
    height="${height}"
  />`;
}

/** A round number at or just above it. */
function ceilingOf(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
