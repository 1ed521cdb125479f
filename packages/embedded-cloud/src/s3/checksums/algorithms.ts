import { createHash } from 'node:crypto';
import { type CrcModel, combineCrc, crc32cModel, crc32Model, crc64nvmeModel } from './combine.ts';
import { crc32, crc32c, crc64nvme } from './crc.ts';

/** The checksums S3 offers beside the ETag, by the names of its API. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** COMPOSITE is the checksum of the parts' checksums, followed by `-` and the number of parts. */
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  /** Base64. */
  readonly value: string;
}

export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

interface Definition {
  readonly bytes: number;
  readonly start: () => RunningChecksum;
  /** Present where the checksum of a whole follows from those of its parts. */
  readonly model?: CrcModel;
}

const hash = (name: 'sha1' | 'sha256') => (): RunningChecksum => {
  const running = createHash(name);
  return {
    update: (bytes) => {
      running.update(bytes);
    },
    digest: () => running.digest(),
  };
};

const definitions: Readonly<Record<ChecksumAlgorithm, Definition>> = {
  CRC32: { bytes: 4, start: crc32, model: crc32Model },
  CRC32C: { bytes: 4, start: crc32c, model: crc32cModel },
  CRC64NVME: { bytes: 8, start: crc64nvme, model: crc64nvmeModel },
  SHA1: { bytes: 20, start: hash('sha1') },
  SHA256: { bytes: 32, start: hash('sha256') },
};

export const checksumAlgorithms = Object.keys(definitions) as readonly ChecksumAlgorithm[];

/** The algorithm of a name in any case; undefined when S3 knows none of that name. */
export const toAlgorithm = (name: string): ChecksumAlgorithm | undefined =>
  checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());

/** `x-amz-checksum-crc32`, the header, trailer and presigned query parameter of an algorithm. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** `ChecksumCRC32`, the XML element of an algorithm. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

export const startChecksum = (algorithm: ChecksumAlgorithm): RunningChecksum => definitions[algorithm].start();

/** Whether a text is a checksum of this algorithm: base64 of the right number of bytes. */
export const isChecksumValue = (algorithm: ChecksumAlgorithm, value: string): boolean => {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === definitions[algorithm].bytes && bytes.toString('base64') === value;
};

/** Whether S3 can give a multipart object a checksum of its whole without reading it again. */
export const combines = (algorithm: ChecksumAlgorithm): boolean => definitions[algorithm].model !== undefined;

/**
 * The checksum of a multipart object.
 * @param parts base64 checksum and size in bytes of each part, in order; at least one.
 */
export const checksumOfParts = (
  algorithm: ChecksumAlgorithm,
  type: Checksum['type'],
  parts: readonly { readonly value: string; readonly size: number }[],
): Checksum => {
  const { model, start } = definitions[algorithm];
  const [first, ...rest] = parts.map(({ value, size }) => ({ bytes: Buffer.from(value, 'base64'), size }));
  if (first === undefined) throw new RangeError('a multipart object has at least one part');
  if (type === 'FULL_OBJECT' && model) {
    const whole = rest.reduce<Buffer>((joined, part) => combineCrc(model, joined, part.bytes, part.size), first.bytes);
    return { algorithm, type, value: whole.toString('base64') };
  }
  const running = start();
  for (const { bytes } of [first, ...rest]) running.update(bytes);
  return { algorithm, type: 'COMPOSITE', value: `${running.digest().toString('base64')}-${parts.length}` };
};
