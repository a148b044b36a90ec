/** Whose password it is: what derivation and sealing bind it to. */
export interface PasswordOwner {
  poolId: string;
  /** As the CSV writes it. */
  username: string;
  /** The data row of the manifest, from 1. */
  row: number;
}

/**
 * Strings as one string that can't be read in another way: each with its length in bytes before it
 * (netstrings), so that `("ab", "c")` and `("a", "bc")` differ. Changing it changes every derived password.
 */
export function unambiguous(parts: readonly (string | number)[]): string {
  let all = '';
  for (const part of parts) {
    const text = String(part);
    all += `${Buffer.byteLength(text)}:${text},`;
  }
  return all;
}
