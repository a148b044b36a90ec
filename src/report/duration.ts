const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Seconds that were measured, in two units at most: `0.25 s`, `45 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Number(seconds.toPrecision(2))} s`;
  let left = Math.round(seconds);
  const first = UNITS.findIndex(([, length]) => left >= length);
  const parts = UNITS.slice(first, first + 2).map(([name, length]) => {
    const whole = Math.floor(left / length);
    left -= whole * length;
    return { name, whole };
  });
  return parts
    .filter(({ whole }) => whole > 0)
    .map(({ name, whole }) => `${whole} ${name}`)
    .join(' ');
}
