/**
 * The service's own limit on `Username` of AdminSetUserPassword. It is counted in code points, the way that
 * Smithy's `@length` counts, so that no username is refused here that the service may take.
 */
const MAX_CHARACTERS = 128;

/** All of printable ASCII but the space is in the service's pattern: the short way for nearly every username. */
const PLAIN = /^[\x21-\x7e]{1,128}$/;
const ALLOWED = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u;
const REFUSED = /[^\p{L}\p{M}\p{S}\p{N}\p{P}]/u;

/** Why the service would refuse the username, in words for its report line; undefined when it would not. Not for the empty one. */
export function usernameFault(username: string): string | undefined {
  if (PLAIN.test(username)) return undefined;
  // A code point has at most two units, so that a hostile megabyte is not counted through.
  const characters = username.length > 2 * MAX_CHARACTERS ? Number.POSITIVE_INFINITY : [...username].length;
  if (characters > MAX_CHARACTERS) {
    return `longer than ${MAX_CHARACTERS} characters, which is all that Cognito takes; correct the row`;
  }
  if (ALLOWED.test(username)) return undefined;
  const [found = ''] = REFUSED.exec(username) ?? [];
  const position = [...username].indexOf(found) + 1;
  return `character ${position} is ${describe(found)}, which Cognito takes in no username; correct the row`;
}

/**
 * What two names of one user have in common. What the service folds beyond ASCII is not documented; this is Unicode's own
 * lower case, in no language.
 */
export function usernameKey(name: string, caseSensitive: boolean): string {
  return caseSensitive ? name : name.toLowerCase();
}

function describe(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (/\s/u.test(character)) return `white space (${code})`;
  if (/\p{Cc}/u.test(character)) return `a control character (${code})`;
  if (/\p{Cf}/u.test(character)) return `an invisible formatting character (${code})`;
  return code;
}
