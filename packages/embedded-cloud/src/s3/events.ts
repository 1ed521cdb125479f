import type { ServiceRequest } from '#src/cloud/service';
import { bucketArn, type S3State } from './state.ts';
import { childAt } from './wire/xml.ts';

/** A change to an object, as sent to EventBridge. */
export type ObjectEvent =
  | { readonly type: 'Object Created'; readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' }
  | {
      readonly type: 'Object Deleted';
      readonly reason: 'DeleteObject' | 'Lifecycle Expiration';
      readonly deletion: 'Permanently Deleted' | 'Delete Marker Created';
    }
  | { readonly type: 'Object Tags Added' | 'Object Tags Deleted' };

export interface ChangedObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** Left out of deletions. */
  readonly size?: number;
  readonly etag?: string;
  /** Position in the order of writes and deletions; tag changes have none. */
  readonly sequence?: number;
}

/** Strings of equal length, so that a later one is also greater as text. */
const sequencer = (sequence: number): string => sequence.toString(16).toUpperCase().padStart(18, '0');

/**
 * Keeps the event of a change for the bus when the bucket sends events to EventBridge; to be called inside the
 * transaction of the change, so that no object comes or goes without its event. Shape: Amazon S3 user guide,
 * "EventBridge event message structure"; the key is not URL-encoded.
 * @param request the request that made the change; undefined when S3 made it by itself.
 */
export const announce = (
  s3: S3State,
  event: ObjectEvent,
  object: ChangedObject,
  request: Pick<ServiceRequest, 'id'> | undefined,
): void => {
  const { buckets, context, outbox } = s3;
  const notification = buckets.document(object.bucket, 'notification');
  if (childAt(notification, 'EventBridgeConfiguration') === undefined) return;
  const { bucket, key, versionId, size, etag, sequence } = object;
  outbox.add({
    source: 'aws.s3',
    'detail-type': event.type,
    resources: [bucketArn(s3, bucket)],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        ...(size === undefined ? {} : { size }),
        ...(etag === undefined ? {} : { etag }),
        ...(versionId === undefined ? {} : { 'version-id': versionId }),
        ...(sequence === undefined ? {} : { sequencer: sequencer(sequence) }),
      },
      ...(request === undefined ? {} : { 'request-id': request.id }),
      requester: request === undefined ? 's3.amazonaws.com' : context.accountId,
      ...(request === undefined ? {} : { 'source-ip-address': '127.0.0.1' }),
      ...('reason' in event ? { reason: event.reason } : {}),
      ...('deletion' in event ? { 'deletion-type': event.deletion } : {}),
    },
  });
};
