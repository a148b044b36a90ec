// The door to this folder: what the rest of the program may import.
export type { Column } from './columns.js';
export type { Encoding } from './encoding.js';
export { fingerprint, inputText } from './fingerprint.js';
export type { InputPlace } from './input-file.js';
export { createKeyedHash } from './keyed-hash.js';
export type { Manifest, ManifestOptions, RowSelection } from './manifest-file.js';
export type { ManifestRow, RefusedRow, UserRow } from './manifest-row.js';
export { openManifest } from './open.js';
export { createRowTable } from './row-table.js';
export { type ReadOptions, readManifest } from './rows.js';
export { onlyRows } from './selection.js';
export { ManifestChangedError } from './changed-error.js';
export { usernameKey } from './username.js';
