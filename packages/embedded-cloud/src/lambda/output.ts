import type { Readable } from 'node:stream';

/** Longest line kept, as CloudWatch Logs cuts events at 256 KiB. */
const MAX_LINE_CHARS = 256 * 1024;

/** What `bootstrap.mjs` writes round a request id when the invocation is over. */
const MARK_OPEN = '\0end ';
const MARK_CLOSE = '\0';

/** Splits the output of a process into lines, and reports when all lines of one invocation were written. */
export interface Output {
  /** Resolves when the mark that ends this invocation was read, or the stream ended. */
  ended(requestId: string): Promise<void>;
}

/** Reads a stream line by line until it ends. */
export function readOutput(stream: Readable, onLine: (line: string) => void): Output {
  let rest = '';
  let closed = false;
  const done = new Set<string>();
  const waiting = new Map<string, () => void>();

  const take = (text: string): void => {
    const at = text.endsWith(MARK_CLOSE) ? text.lastIndexOf(MARK_OPEN) : -1;
    const before = at < 0 ? text : text.slice(0, at);
    const requestId = at < 0 ? undefined : text.slice(at + MARK_OPEN.length, -MARK_CLOSE.length);
    if (before !== '') onLine(before.slice(0, MAX_LINE_CHARS));
    if (requestId === undefined) return;
    const wake = waiting.get(requestId);
    waiting.delete(requestId);
    if (wake) wake();
    else done.add(requestId);
  };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 2 * MAX_LINE_CHARS) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) take(line);
  });
  stream.on('close', () => {
    if (rest !== '') take(rest);
    closed = true;
    for (const wake of waiting.values()) wake();
    waiting.clear();
  });
  return {
    ended: (requestId) =>
      closed || done.delete(requestId)
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.set(requestId, resolve)),
  };
}
