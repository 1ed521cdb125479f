/** Bytes of text files with a meaning, and lines of bytes. */

export const LF = 0x0a;
export const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
/** No byte. */
export const none = -1;

export const isSpace = (byte: number): boolean => byte === SPACE || byte === TAB;
export const isBlank = (bytes: Uint8Array): boolean => bytes.every(isSpace);

/** Number of lines of a text with anything but blanks. */
export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  let filled = false;
  for (const byte of bytes) {
    if (byte === LF || byte === CR) {
      if (filled) lines++;
      filled = false;
    } else if (!isSpace(byte)) filled = true;
  }
  return lines + (filled ? 1 : 0);
}
