import type { Checksum, ChecksumAlgorithm } from '../checksums/algorithms.ts';
import { Digests } from '../checksums/digests.ts';
import type { S3State } from '../state.ts';
import type { Extent } from '../store/blobs.ts';
import type { Change } from '../store/catalog.ts';
import { type ReceivedBody, receiveBody } from '../wire/body.ts';
import type { S3Call } from '../wire/call.ts';

/** The largest object S3 takes in one request, and the largest part: 5 GiB. */
export const maximalUploadBytes = 5 * 1024 ** 3;

/** A body on disk that no version owns yet. */
export interface StoredBody extends ReceivedBody {
  readonly extents: readonly Extent[];
}

/**
 * Streams the body of a request to disk, verifies it, then commits what becomes of it. When the body is not as announced,
 * the client goes away or the commit is refused, nothing is left behind; a crash leaves a file the next start removes.
 * @param keep the checksum to keep; undefined leaves the choice to the client.
 * @param commit runs inside the transaction; what it throws rolls it back.
 */
export const storeBody = async <T>(
  { catalog }: S3State,
  call: S3Call,
  keep: ChecksumAlgorithm | undefined,
  commit: (change: Change, body: StoredBody) => T,
): Promise<T> => {
  const blob = await catalog.blobs.create();
  let received: ReceivedBody;
  try {
    received = await receiveBody(call, (bytes) => blob.write(bytes), {
      ...(keep === undefined ? {} : { keep }),
      limit: maximalUploadBytes,
    });
    if (received.size > 0) await blob.finish();
    else await blob.abandon();
  } catch (error) {
    await blob.abandon();
    throw error;
  }
  const extents = received.size > 0 ? [{ blob: blob.id, start: 0, length: received.size }] : [];
  try {
    return await catalog.change((change) => commit(change, { ...received, extents }));
  } catch (error) {
    await catalog.blobs.discard([blob.id]);
    throw error;
  }
};

/** Reads bytes that are stored already, for the MD5 and one checksum of a copy. */
export const digestExtents = async (
  { catalog }: S3State,
  extents: readonly Extent[],
  algorithm: ChecksumAlgorithm,
): Promise<{ readonly md5: Buffer; readonly checksum: Checksum }> => {
  const digests = new Digests([algorithm]);
  for await (const bytes of catalog.blobs.read(extents)) digests.update(bytes as Buffer);
  const { md5, checksum } = digests.finish();
  return { md5, checksum: checksum(algorithm) };
};
