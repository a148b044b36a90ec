/** The rate over time, and throttled calls below it. */

// uPlot's own build for browsers, served beside this file.
// @ts-expect-error It lies in node_modules, and its types with it.
import uPlot from './uplot.js';

/** @typedef {{ at: number, perSecond: number, rate: number, throttles: number }} Sample */

const HEIGHT = 240;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const timeOf = (/** @type {number} */ at) => clock.format(new Date(at * 1_000));

/** @param {HTMLElement} place */
export function createChart(place) {
  const ink = (/** @type {string} */ name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const size = () => ({ width: Math.max(280, place.clientWidth), height: HEIGHT });
  const axis = () => ({
    stroke: ink('--soft'),
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { show: false },
  });
  const shown = (/** @type {number | null} */ value) =>
    value === null ? '–' : value.toFixed(value < 10 ? 1 : 0);
  const make = () =>
    new uPlot(
      {
        ...size(),
        cursor: { y: false },
        scales: {
          y: {
            range: (/** @type {unknown} */ _, /** @type {number} */ __, /** @type {number} */ most) => [
              0,
              Math.max(1, most * 1.1),
            ],
          },
        },
        axes: [
          { ...axis(), values: (/** @type {unknown} */ _, /** @type {number[]} */ at) => at.map(timeOf) },
          { ...axis(), size: 44 },
        ],
        series: [
          {
            label: 'at',
            value: (/** @type {unknown} */ _, /** @type {number | null} */ at) =>
              at === null ? '–' : timeOf(at),
          },
          {
            label: 'users a second',
            stroke: ink('--succeeded'),
            width: 2,
            points: { show: false },
            value: (/** @type {unknown} */ _, /** @type {number | null} */ v) => shown(v),
          },
          {
            label: 'calls allowed',
            stroke: ink('--soft'),
            width: 1,
            dash: [4, 4],
            points: { show: false },
            value: (/** @type {unknown} */ _, /** @type {number | null} */ v) => shown(v),
          },
          {
            label: 'throttled',
            stroke: ink('--failed'),
            fill: ink('--failed'),
            width: 1,
            paths: uPlot.paths.bars({ size: [0.6, 6] }),
            points: { show: false },
            value: (/** @type {unknown} */ _, /** @type {number | null} */ v) => shown(v),
          },
        ],
      },
      data,
      place,
    );
  /** @type {(number | null)[][]} */
  let data = [[], [], [], []];
  let plot = make();
  new ResizeObserver(() => plot.setSize(size())).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    plot.destroy();
    plot = make();
  });
  return {
    /** @param {readonly Sample[]} samples */
    show: (samples) => {
      data = [
        samples.map(({ at }) => at),
        samples.map(({ perSecond }) => perSecond),
        samples.map(({ rate }) => rate),
        // A bar of nothing would still be drawn.
        samples.map(({ throttles }) => throttles || null),
      ];
      plot.setData(data);
    },
  };
}
