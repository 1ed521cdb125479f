import { createHash, type Hash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, type RunningChecksum, startChecksum } from './algorithms.ts';

export interface DigestResult {
  readonly md5: Buffer;
  /** Hexadecimal; undefined unless asked for. */
  readonly sha256: string | undefined;
  readonly checksum: Checksum;
}

/** The digests S3 makes of bytes while they pass: MD5 for the ETag, one checksum, and SHA-256 where it was signed. */
export class Digests {
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksum: RunningChecksum;
  readonly #algorithm: ChecksumAlgorithm;

  constructor(algorithm: ChecksumAlgorithm, withSha256 = false) {
    this.#algorithm = algorithm;
    this.#checksum = startChecksum(algorithm);
    this.#sha256 = withSha256 ? createHash('sha256') : undefined;
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum.update(bytes);
  }

  finish(): DigestResult {
    const value = this.#checksum.digest().toString('base64');
    return {
      md5: this.#md5.digest(),
      sha256: this.#sha256?.digest('hex'),
      checksum: { algorithm: this.#algorithm, type: 'FULL_OBJECT', value },
    };
  }
}
