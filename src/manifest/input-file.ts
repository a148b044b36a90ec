import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { RunKey } from '../password/run-key.js';
import { openSealedCopy } from '../password/sealed-copy.js';

/** Where the input is: a file, or this program's own copy of standard input, sealed if it holds passwords. */
export interface InputPlace {
  path: string;
  /** Absent for a file in the clear. */
  sealedBy?: RunKey | undefined;
}

/** The text of the input, wherever it is. */
export interface InputFile {
  /** Of the text. */
  bytes: number;
  read: (into: Buffer, offset: number, length: number, position: number) => Promise<{ bytesRead: number }>;
  stat(): Promise<Stats>;
  close(): Promise<void>;
}

/** @throws whatever the file system says; SealedCopyError if a sealed one can't be opened */
export async function openInputFile({ path, sealedBy }: InputPlace): Promise<InputFile> {
  // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { bytes, read } = await textOf(handle, sealedBy);
    return { bytes, read, stat: () => handle.stat(), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function textOf(
  handle: FileHandle,
  sealedBy: RunKey | undefined,
): Promise<Pick<InputFile, 'bytes' | 'read'>> {
  if (sealedBy !== undefined) return openSealedCopy(handle, sealedBy);
  return { bytes: (await handle.stat()).size, read: (...how) => handle.read(...how) };
}
