/** `scheme://user:password@`; the user may be empty, as Redis's often is. */
const IN_AUTHORITY = /(\b[a-z][a-z\d+.-]*:\/\/[^\s:/@]*:)[^\s"@]+@/gi;
/** `?password=…`, as PostgreSQL's and Redis's URLs may have it. */
const IN_QUERY = /([?&][^\s=&]*pass[^\s=&]*=)[^\s"&]+/gi;

// No quote is matched: in a line of JSON, what follows a URL stays as it is.
/** Text that may quote a URL (an error's message, an option as it was typed) without the password in it. */
export function withoutUrlPasswords(text: string): string {
  // Both need one of these, and the log of a run has a line for each row.
  if (!/[@?&]/.test(text)) return text;
  return text.replace(IN_AUTHORITY, '$1redacted@').replace(IN_QUERY, '$1redacted');
}
