import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The file into which a download grows. Refusals of the file system come as they are. */
export interface PartFile {
  /** Bytes that were there when it was opened. */
  readonly size: number;
  /** Fills `into` from `position` on, as far as the file goes; resolves with the count. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** All of `bytes`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Down to the disk itself. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens or creates; tests give files that fail. */
export type OpenPart = (path: string) => Promise<PartFile>;

export const openPart: OpenPart = async (path) => {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await file.stat();
    return {
      size,
      async read(into, position) {
        const { bytesRead } = await file.read(into, 0, into.length, position);
        return bytesRead;
      },
      async write(bytes, position) {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      truncate: (length) => file.truncate(length),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};
