import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChecksumAlgorithm } from '#src/s3/checksums/algorithms';
import {
  checksumAlgorithms,
  checksumOfParts,
  combines,
  isChecksumValue,
  startChecksum,
  toAlgorithm,
} from '#src/s3/checksums/algorithms';
import { crc32, crc32c, crc64nvme } from '#src/s3/checksums/crc';

const digest = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): string => {
  const running = startChecksum(algorithm);
  running.update(bytes);
  return running.digest().toString('base64');
};

describe('checksums', () => {
  // Check values of the catalogue of parametrised CRC algorithms: the CRC of the text 123456789.
  it.each([
    ['CRC32', crc32, 'cbf43926'],
    ['CRC32C', crc32c, 'e3069283'],
    ['CRC64NVME', crc64nvme, 'ae8b14860a799888'],
  ] as const)('%s of the check text is the published value', (_name, start, expected) => {
    const running = start();
    running.update(Buffer.from('123456789'));
    expect(running.digest().toString('hex')).toBe(expected);
  });

  it('do not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }),
        fc.constantFrom(...checksumAlgorithms),
        (chunks, algorithm) => {
          const running = startChecksum(algorithm);
          for (const chunk of chunks) running.update(chunk);
          expect(running.digest().toString('base64')).toBe(digest(algorithm, Buffer.concat(chunks)));
        },
      ),
    );
  });

  it('CRC32 is zlib’s and the hashes are those of OpenSSL', () => {
    const bytes = Buffer.from('some bytes');
    expect(Buffer.from(digest('CRC32', bytes), 'base64').readUInt32BE()).toBe(zlibCrc32(bytes));
    expect(digest('SHA256', bytes)).toBe(createHash('sha256').update(bytes).digest('base64'));
    expect(digest('SHA1', bytes)).toBe(createHash('sha1').update(bytes).digest('base64'));
  });

  it('of CRCs join into that of the whole, for any cut', () => {
    const linear = checksumAlgorithms.filter(combines);
    expect(linear).toEqual(['CRC32', 'CRC32C', 'CRC64NVME']);
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...linear),
        (parts, algorithm) => {
          const pieces = parts.map((part) => ({ value: digest(algorithm, part), size: part.length }));
          expect(checksumOfParts(algorithm, 'FULL_OBJECT', pieces).value).toBe(digest(algorithm, Buffer.concat(parts)));
        },
      ),
    );
  });

  it('of parts are hashed and counted where they are composite', () => {
    const parts = ['one', 'two'].map((text) => createHash('sha256').update(text).digest());
    const composite = checksumOfParts(
      'SHA256',
      'COMPOSITE',
      parts.map((part) => ({ value: part.toString('base64'), size: 3 })),
    );
    expect(composite).toEqual({
      algorithm: 'SHA256',
      type: 'COMPOSITE',
      value: `${createHash('sha256').update(Buffer.concat(parts)).digest('base64')}-2`,
    });
  });

  it('are recognised by their length', () => {
    expect(isChecksumValue('CRC32', 'AAAAAA==')).toBe(true);
    expect(isChecksumValue('CRC32', 'AAAAAAA=')).toBe(false);
    expect(isChecksumValue('CRC32', 'no base64')).toBe(false);
    expect(toAlgorithm('crc64nvme')).toBe('CRC64NVME');
    expect(toAlgorithm('md4')).toBeUndefined();
  });
});
