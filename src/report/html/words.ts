import { withCommas } from '../../with-commas.js';

/** 1234567.89 as 1,234,567.9, and what is less than 1 with two digits that say something: 0.011. */
export function number(value: number): string {
  return Math.abs(value) < 1 ? String(Number(value.toPrecision(2))) : withCommas(value, 1);
}

/** A share of rows: `98.7 %`, and never 100 or 0 for what is only near it. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '';
  const share = (part / whole) * 100;
  if (part > 0 && share < 0.1) return '< 0.1 %';
  if (part < whole && share > 99.9) return '> 99.9 %';
  return `${number(share)} %`;
}

/** A time in UTC, as exact as a step of so many seconds needs it: `20:15:00`, `20:15`. */
export function clock(time: number, step: number): string {
  return new Date(time).toISOString().slice(11, step < 60 ? 19 : 16);
}

/** With its day: `11-23 20:15`. */
export function dayAndClock(time: number, step: number): string {
  return `${new Date(time).toISOString().slice(5, 10)} ${clock(time, step)}`;
}

/** `2026-11-23 20:15:00 UTC`. */
export function moment(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}
