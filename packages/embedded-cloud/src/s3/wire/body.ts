import {
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  isChecksumValue,
  toAlgorithm,
} from '../checksums/algorithms.ts';
import { type DigestResult, Digests } from '../checksums/digests.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { S3Call } from './call.ts';
import { invalidRequest, S3Error } from './errors.ts';

/** What is known of a body once it was received whole and found to be as announced. */
export interface ReceivedBody {
  /** Bytes, framing taken off. */
  readonly size: number;
  readonly md5: Buffer;
  /** The checksum to store: of the requested algorithm, else of the one the client sent, else S3's default. */
  readonly checksum: Checksum;
  /** Whether the client sent a checksum or an MD5 of its own. */
  readonly vouched: boolean;
}

/** What the headers say the body will be. */
interface Announcement {
  readonly size: number;
  readonly framed: boolean;
  readonly md5: string | undefined;
  readonly sha256: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Undefined when it comes as a trailer. */
  readonly checksum: string | undefined;
}

const badDigest = (what: string) =>
  new S3Error('BadDigest', `The ${what} you specified did not match the calculated checksum.`, 400);

const announcedSize = (call: S3Call): number => {
  const length = call.header('x-amz-decoded-content-length') ?? call.header('content-length');
  if (length !== undefined && /^\d+$/.test(length)) return Number(length);
  throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
};

const announcedMd5 = (call: S3Call): string | undefined => {
  const md5 = call.header('content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, { 'Content-MD5': md5 });
  }
  return md5;
};

const announcedChecksum = (call: S3Call): Pick<Announcement, 'algorithm' | 'checksum'> => {
  const sent = checksumAlgorithms.filter((algorithm) => call.header(checksumHeader(algorithm)) !== undefined);
  const trailers = (call.header('x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const promised = checksumAlgorithms.filter((algorithm) => trailers.includes(checksumHeader(algorithm)));
  const [algorithm, ...others] = [...sent, ...promised];
  if (others.length > 0)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const named = call.header('x-amz-sdk-checksum-algorithm');
  if (algorithm === undefined) {
    if (named === undefined) return { algorithm: undefined, checksum: undefined };
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (named !== undefined && toAlgorithm(named) !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  const checksum = call.header(checksumHeader(algorithm));
  if (checksum !== undefined && !isChecksumValue(algorithm, checksum)) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  return { algorithm, checksum };
};

const readAnnouncement = (call: S3Call): Announcement => {
  const sha256 = call.header('x-amz-content-sha256');
  return {
    size: announcedSize(call),
    framed: sha256?.startsWith('STREAMING-') ?? false,
    md5: announcedMd5(call),
    sha256: sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
    ...announcedChecksum(call),
  };
};

export interface ReceiveOptions {
  /** The checksum to keep, whatever the client sends; undefined keeps the client's, or CRC64NVME when it sends none. */
  readonly keep?: ChecksumAlgorithm;
  /** Largest body taken, in bytes. */
  readonly limit: number;
}

/** The checksum algorithm a client announces in headers or trailers. */
export const announcedAlgorithm = (call: S3Call): ChecksumAlgorithm | undefined => announcedChecksum(call).algorithm;

/**
 * Takes a request's body: takes the aws-chunked framing off, hands the bytes on, and holds length, Content-MD5,
 * `x-amz-content-sha256` and checksum (header or trailer) against the received bytes. When it throws, nothing may be stored.
 * @param sink is awaited chunk by chunk, so no more than a chunk is in memory.
 * @throws S3Error BadDigest, XAmzContentSHA256Mismatch, IncompleteBody, EntityTooLarge, InvalidDigest, InvalidRequest,
 * MalformedTrailerError, MissingContentLength
 */
export const receiveBody = async (
  call: S3Call,
  sink: (bytes: Buffer) => Promise<void> | void,
  { keep, limit }: ReceiveOptions,
): Promise<ReceivedBody> => {
  const announced = readAnnouncement(call);
  if (announced.size > limit) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: announced.size,
      MaxSizeAllowed: limit,
    });
  }
  const kept = keep ?? announced.algorithm ?? 'CRC64NVME';
  const digests = new Digests([kept, announced.algorithm ?? kept], announced.sha256 !== undefined);
  const trailers = new Map<string, string>();
  const body = announced.framed
    ? decodeAwsChunked(call.request.body, (name, value) => trailers.set(name, value))
    : (call.request.body as AsyncIterable<Buffer>);
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > announced.size) break;
    digests.update(bytes);
    await sink(bytes);
  }
  if (size !== announced.size) {
    throw new S3Error('IncompleteBody', 'The request body is not as long as the Content-Length header says.', 400, {
      NumberBytesExpected: announced.size,
      NumberBytesProvided: size,
    });
  }
  const result = digests.finish();
  verify(announced, trailers, result);
  return {
    size,
    md5: result.md5,
    checksum: result.checksum(kept),
    vouched: announced.algorithm !== undefined || announced.md5 !== undefined,
  };
};

const verify = (
  announced: Announcement,
  trailers: ReadonlyMap<string, string>,
  { md5, sha256, checksum }: DigestResult,
): void => {
  if (announced.sha256 !== undefined && sha256 !== undefined && announced.sha256 !== sha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
      { ClientComputedContentSHA256: announced.sha256, S3ComputedContentSHA256: sha256 },
    );
  }
  if (announced.md5 !== undefined && announced.md5 !== md5.toString('base64')) throw badDigest('Content-MD5');
  if (announced.algorithm === undefined) return;
  const expected = announced.checksum ?? trailers.get(checksumHeader(announced.algorithm));
  if (expected === undefined) {
    throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed.', 400);
  }
  if (expected !== checksum(announced.algorithm).value) throw badDigest(announced.algorithm);
};

const maximalDocumentBytes = 2 * 1024 * 1024;

/** Reads a small body, such as an XML document, into memory; it is verified like any other. */
export const receiveText = async (call: S3Call): Promise<ReceivedBody & { readonly text: string }> => {
  const chunks: Buffer[] = [];
  const received = await receiveBody(call, (bytes) => void chunks.push(bytes), { limit: maximalDocumentBytes });
  return { ...received, text: Buffer.concat(chunks).toString('utf8') };
};
