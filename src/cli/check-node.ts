/** What package.json's `engines` says, and the first with all that is used here. */
const LEAST = [22, 13] as const;

/**
 * Ends with one line on a Node that is too old, which would end with a SyntaxError of some file. So whatever is loaded
 * before this is asked must be text that Node 20 reads, and import no name that it has not.
 */
export function checkNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  process.stderr.write(
    `cognito-bulk-reset: this is Node ${version}, and Node ${LEAST.join('.')} or newer is needed: install it, or put it first on PATH.\n`,
  );
  process.exit(2);
}
