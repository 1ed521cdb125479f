import { type FileHandle, open } from 'node:fs/promises';

/** Writes bytes to a file. Bytes are gathered, so `add` need not wait; call `flush` between chunks of the source. */
export interface RowWriter {
  add(bytes: Uint8Array): void;
  addText(text: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const LF = 0x0a;
const enough = 1 << 20;
/** Most files of a drop of thousands are smaller. */
const initial = 1 << 14;

/** Opens a new file for rows; `add` ends each with a line feed. */
export async function openRowWriter(path: string): Promise<RowWriter> {
  const file: FileHandle = await open(path, 'w');
  let buffer = Buffer.allocUnsafe(initial);
  let length = 0;
  const room = (bytes: number): void => {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  const write = async (): Promise<void> => {
    let written = 0;
    while (written < length) written += (await file.write(buffer, written, length - written)).bytesWritten;
    length = 0;
  };
  return {
    add(bytes) {
      room(bytes.length + 1);
      buffer.set(bytes, length);
      length += bytes.length;
      buffer[length++] = LF;
    },
    addText(text) {
      room(text.length * 3);
      length += buffer.write(text, length);
    },
    async flush() {
      if (length >= enough) await write();
    },
    async close() {
      try {
        await write();
      } finally {
        await file.close();
      }
    },
  };
}
