import { createPartLocator } from '#domain/data/part-locator';
import type { ByteEncoding } from '#domain/data/transcoder';
import { refuseSignature, signatureBytes } from '#functions/shards/archive';
import { splitBytes } from '#functions/shards/raw-text';
import type { Pipeline } from '#schemas/pipeline';
import type { TextParts } from '#schemas/records/text-parts';

/** A text file of a drop, as it is stored. */
export interface LargeText {
  /** How messages name it. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly size: number;
}

/** The bytes of a file whose first ones are checked. */
async function* withoutSignature(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (start !== undefined) {
      start = Buffer.concat([start, chunk.subarray(0, signatureBytes)]);
      refuseSignature(name, start);
      if (start.length >= signatureBytes) start = undefined;
    }
    yield chunk;
  }
}

/**
 * Finds where the parts of a text file start by reading it once, from its first byte to its last. The same splitter finds rows
 * later, so that a part begins and ends between two of them. Memory is bounded.
 *
 * @param parts their number
 * @throws SchemaMismatchError, DataEngineError, RowCountError
 */
export async function locateTextParts(
  { name, bytes, size }: LargeText,
  parts: number,
  pipeline: Pipeline,
): Promise<TextParts> {
  let encoding: ByteEncoding = 'utf-8';
  const { header, total, locator } = await splitBytes(
    {
      name,
      bytes: withoutSignature(name, bytes),
      sinkOf: () => ({ row() {}, broken() {} }),
      afterChunk: () => Promise.resolve(),
      isUtf8: () => true,
      locatorOf(found, head, headLines) {
        encoding = found.encoding;
        return createPartLocator({ found, size, parts, head, headLines });
      },
    },
    pipeline,
  );
  const starts = locator?.finish(total) ?? [];
  return {
    version: 1,
    encoding,
    ...(header ? { columns: header.columns.map((column) => column ?? null) } : {}),
    parts: starts.map(({ start, line }, i) => {
      const next = starts[i + 1] ?? { start: size, line: total + 1 };
      return { start, end: next.start, line, lines: next.line - line };
    }),
  };
}
