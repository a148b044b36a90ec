import type { GeneratedUsers } from './options.js';

/** Names and numbers of users that follow a pattern; none of them is held in memory. */
export interface Generated {
  count: number;
  /** The nth name, from 0. */
  nameAt(index: number): string;
  /** Whether this is one of the names. */
  has(username: string): boolean;
}

/** Throws for a pattern without exactly one `%d`. */
export function generatedUsers(options: GeneratedUsers): Generated {
  const parts = /^(.*)%(?:0(\d+))?d(.*)$/su.exec(options.pattern);
  if (parts === null) throw new Error(`Expected a pattern with one %d, got ${options.pattern}`);
  const [, before = '', width = '0', after = ''] = parts;
  const from = options.from ?? 1;
  const nameOf = (number: number): string => before + String(number).padStart(Number(width), '0') + after;
  return {
    count: options.count,
    nameAt: (index) => nameOf(from + index),
    has: (username) => {
      if (!username.startsWith(before) || !username.endsWith(after)) return false;
      const number = Number(username.slice(before.length, username.length - after.length));
      return number >= from && number < from + options.count && nameOf(number) === username;
    },
  };
}
