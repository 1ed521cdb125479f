import { CR, LF } from '#domain/data/line-bytes';

/** Counts the lines of a text file from start to end, chunk by chunk: blank ones too, as an editor counts. */
export interface LineCounter {
  push(chunk: Uint8Array): void;
  /** Number of lines, after the whole file was pushed. */
  lines(): number;
}

/** A line ends with `\n`, `\r\n` or `\r`; the last one may end without. */
export function createLineCounter(): LineCounter {
  let lines = 0;
  let last = LF;
  return {
    push(chunk) {
      const { length } = chunk;
      if (length === 0) return;
      // by position: an iterator over bytes takes several times as long as all else that is done with them
      for (let i = 0; i < length; i++) {
        const byte = chunk[i] as number;
        if (byte > CR) continue;
        if (byte === CR || (byte === LF && (i === 0 ? last : chunk[i - 1]) !== CR)) lines++;
      }
      last = chunk[length - 1] as number;
    },
    lines: () => lines + (last === LF || last === CR ? 0 : 1),
  };
}
