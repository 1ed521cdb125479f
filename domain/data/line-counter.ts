/** Counts the lines of a text file from start to end, chunk by chunk: blank ones too, as an editor counts. */
export interface LineCounter {
  push(chunk: Uint8Array): void;
  /** Number of lines, after the whole file was pushed. */
  lines(): number;
}

const LF = 0x0a;
const CR = 0x0d;

/** A line ends with `\n`, `\r\n` or `\r`; the last one may end without. */
export function createLineCounter(): LineCounter {
  let lines = 0;
  let last = LF;
  return {
    push(chunk) {
      for (const byte of chunk) {
        if (byte === CR || (byte === LF && last !== CR)) lines++;
        last = byte;
      }
    },
    lines: () => lines + (last === LF || last === CR ? 0 : 1),
  };
}
