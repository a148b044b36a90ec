/** @param {number} value */
export function number(value) {
  return value.toLocaleString('en-US');
}

/** `20:15:00`, or `11-23 20:15:00` for a run of more days; UTC. @param {number} time @param {boolean} withDay */
export function moment(time, withDay) {
  return Number.isNaN(time)
    ? ''
    : new Date(time)
        .toISOString()
        .slice(withDay ? 5 : 11, 19)
        .replace('T', ' ');
}

/** `85 ms`, `1.2 s`, `4 min`. @param {number} ms */
export function span(ms) {
  if (Number.isNaN(ms)) return '';
  if (ms < 1_000) return `${ms} ms`;
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : `${number(Math.round(ms / 60_000))} min`;
}
