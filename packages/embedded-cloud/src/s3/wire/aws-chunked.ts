import { S3Error } from './errors.ts';

const incomplete = (detail: string) => new S3Error('IncompleteBody', `The aws-chunked body is broken: ${detail}.`, 400);

const maximalLineBytes = 16 * 1024;

/** Takes lines and counted bytes off a stream of chunks. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffered: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    const { buffer, byteOffset, length } = next.value;
    const view = Buffer.from(buffer, byteOffset, length);
    this.#buffered = this.#buffered.length === 0 ? view : Buffer.concat([this.#buffered, view]);
    return true;
  }

  /** The next line without its CRLF; undefined at the end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffered.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffered.toString('latin1', 0, end);
        this.#buffered = this.#buffered.subarray(end + 2);
        return line;
      }
      if (this.#buffered.length > maximalLineBytes) throw incomplete('a chunk header is too long');
      if (!(await this.#more())) return this.#buffered.length === 0 ? undefined : this.#rest();
    }
  }

  #rest(): string {
    const rest = this.#buffered.toString('latin1');
    this.#buffered = Buffer.alloc(0);
    return rest;
  }

  /** At least one and at most `limit` bytes. */
  async bytes(limit: number): Promise<Buffer> {
    if (this.#buffered.length === 0 && !(await this.#more())) throw incomplete('it ends inside a chunk');
    const bytes = this.#buffered.subarray(0, limit);
    this.#buffered = this.#buffered.subarray(bytes.length);
    return bytes;
  }
}

/**
 * Takes the framing off a body sent as `STREAMING-…` (Signature Version 4, "chunked upload"): chunks of
 * `<hex size>[;chunk-signature=…]CRLF <bytes> CRLF`, a last one of size 0, then trailing headers.
 * @param onTrailer called with each trailing header, its name in lower case.
 * @throws S3Error IncompleteBody
 */
export const decodeAwsChunked = async function* (
  chunks: AsyncIterable<Uint8Array>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const source = new ByteSource(chunks);
  for (;;) {
    const header = await source.line();
    if (header === undefined) throw incomplete('its last chunk is missing');
    const [, digits] = /^([0-9a-fA-F]{1,13})(?:;.*)?$/.exec(header) ?? [];
    if (digits === undefined) throw incomplete('a chunk does not start with its size');
    let left = Number.parseInt(digits, 16);
    if (left === 0) break;
    while (left > 0) {
      const bytes = await source.bytes(left);
      left -= bytes.length;
      yield bytes;
    }
    if ((await source.line()) !== '') throw incomplete('a chunk is longer than its size');
  }
  for (let line = await source.line(); line !== undefined; line = await source.line()) {
    const colon = line.indexOf(':');
    if (colon > 0) onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
};
