/** Counts the lines of a text file from start to end, chunk by chunk. */
export interface LineCounter {
  push(chunk: Uint8Array): void;
  /** Number of non-blank lines, after the whole file was pushed. */
  lines(): number;
  /** Whether a line has an odd number of quotes. If none has, no record of a CSV file spans lines. */
  oddQuotes(): boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/** @param quote the quote byte; undefined when the format has none */
export function createLineCounter(quote: number | undefined): LineCounter {
  let lines = 0;
  let hasBytes = false;
  let oddLine = false;
  let oddQuotes = false;
  return {
    push(chunk) {
      for (const byte of chunk) {
        if (byte === LF || byte === CR) {
          if (hasBytes) lines++;
          oddQuotes ||= oddLine;
          hasBytes = false;
          oddLine = false;
        } else {
          hasBytes = true;
          if (byte === quote) oddLine = !oddLine;
        }
      }
    },
    lines: () => lines + (hasBytes ? 1 : 0),
    oddQuotes: () => oddQuotes || oddLine,
  };
}
