import { withCommas } from '../with-commas.js';

/** Seconds as a person says them who estimates: `45 s`, `56 min`, `2 h 5 min`. */
export function roughly(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The clock's time, with the day when it is not today's. */
export function clockTime(at: Date, now = new Date()): string {
  const time = at.toTimeString().slice(0, 5);
  return at.toDateString() === now.toDateString() ? time : `${dayOf(at)} ${time}`;
}

/** The day by the same clock: in ISO 8601 it would be that of UTC. */
function dayOf(at: Date): string {
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${at.getFullYear()}-${month}-${day}`;
}

/** `1 row`, `2 rows`. */
export function counted(value: number, noun: string): string {
  return `${withCommas(value)} ${noun}${value === 1 ? '' : 's'}`;
}
