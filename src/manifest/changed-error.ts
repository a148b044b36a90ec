/**
 * The file is not the one that was looked at when the run began: it grew, shrank or was written to. What has been
 * read of it may be no row at all, so the run stops; it can be resumed with the file as it was.
 */
export class ManifestChangedError extends Error {
  override readonly name = 'ManifestChangedError';
}
