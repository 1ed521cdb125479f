import { createHash, type Hash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, type RunningChecksum, startChecksum } from './algorithms.ts';

export interface DigestResult {
  readonly md5: Buffer;
  /** Hexadecimal; undefined unless requested. */
  readonly sha256: string | undefined;
  /** The checksum of one of the requested algorithms. */
  checksum(algorithm: ChecksumAlgorithm): Checksum;
}

/** The digests S3 makes of bytes while they pass: MD5 for the ETag, checksums, and SHA-256 where it was signed. */
export class Digests {
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksums: ReadonlyMap<ChecksumAlgorithm, RunningChecksum>;

  constructor(algorithms: readonly ChecksumAlgorithm[], withSha256 = false) {
    this.#checksums = new Map([...new Set(algorithms)].map((algorithm) => [algorithm, startChecksum(algorithm)]));
    this.#sha256 = withSha256 ? createHash('sha256') : undefined;
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    for (const checksum of this.#checksums.values()) checksum.update(bytes);
  }

  finish(): DigestResult {
    const values = new Map(
      [...this.#checksums].map(([algorithm, running]) => [algorithm, running.digest().toString('base64')]),
    );
    return {
      md5: this.#md5.digest(),
      sha256: this.#sha256?.digest('hex'),
      checksum: (algorithm) => {
        const value = values.get(algorithm);
        if (value === undefined) throw new RangeError(`no ${algorithm} checksum was made of these bytes`);
        return { algorithm, type: 'FULL_OBJECT', value };
      },
    };
  }
}
