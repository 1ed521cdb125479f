import { checksumAlgorithms, checksumElement } from '../checksums/algorithms.ts';
import type { Part } from '../store/uploads.ts';
import { malformedXml, S3Error } from '../wire/errors.ts';
import { children, parseXml, textAt } from '../wire/xml.ts';

/** Every part but the last has at least 5 MiB. */
const minimalPartBytes = 5 * 1024 ** 2;

/** A part as the client lists it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  /** Base64 by element name, where the client sent any. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** @throws S3Error MalformedXML */
export const parseNamedParts = (text: string): NamedPart[] => {
  const parts = children(parseXml(text, 'CompleteMultipartUpload'), 'Part').map((node): NamedPart => {
    const number = Number(textAt(node, 'PartNumber'));
    const etag = textAt(node, 'ETag')?.replaceAll('"', '').trim();
    if (!Number.isInteger(number) || !etag) throw malformedXml('every <Part> needs a <PartNumber> and an <ETag>');
    const checksums: Record<string, string> = {};
    for (const element of checksumAlgorithms.map(checksumElement)) {
      const value = textAt(node, element);
      if (value !== undefined) checksums[element] = value;
    }
    return { number, etag, checksums };
  });
  if (parts.length === 0) throw malformedXml('a multipart upload is completed with at least one <Part>');
  return parts;
};

/**
 * The parts the client names, as they were uploaded.
 * @throws S3Error InvalidPartOrder, InvalidPart, EntityTooSmall
 */
export const chooseParts = (uploaded: readonly Part[], named: readonly NamedPart[]): Part[] => {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  let previous = 0;
  const chosen = named.map(({ number, etag, checksums }) => {
    if (number <= previous) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
      );
    }
    previous = number;
    const part = byNumber.get(number);
    const sent = part && checksums[checksumElement(part.checksum.algorithm)];
    if (!part || part.etag !== etag || (sent !== undefined && sent !== part.checksum.value)) {
      throw new S3Error(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber: number, ETag: etag },
      );
    }
    return part;
  });
  for (const { number, size, etag } of chosen.slice(0, -1)) {
    if (size >= minimalPartBytes) continue;
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ETag: etag,
      MinSizeAllowed: minimalPartBytes,
      ProposedSize: size,
      PartNumber: number,
    });
  }
  return chosen;
};
