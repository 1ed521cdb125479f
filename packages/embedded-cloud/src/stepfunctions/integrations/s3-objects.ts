import type { JsonObject } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { ObjectHost } from '../interpreter/environment.ts';
import type { SdkCaller } from './sdk-caller.ts';
import { sdkIntegrationError } from './sdk-errors.ts';

interface ListAnswer {
  readonly Contents?: readonly {
    Key?: string;
    ETag?: string;
    LastModified?: Date;
    Size?: number;
    StorageClass?: string;
  }[];
  readonly NextContinuationToken?: string;
}
interface GetAnswer {
  readonly Body?: { transformToByteArray(): Promise<Uint8Array> };
}

/** The objects of Distributed Maps, read and written as the machine's role. */
export function createObjectHost(caller: SdkCaller): ObjectHost {
  const call = async (action: string, input: object, errorName: string): Promise<object> => {
    try {
      return await caller.call('s3', action, input);
    } catch (error) {
      if (error instanceof ExecutionError) throw error;
      const { module, service } = await caller.load('s3');
      const { error: name, causeText } = sdkIntegrationError(error, module, service);
      throw new ExecutionError(errorName, `${name}: ${causeText}`);
    }
  };
  return {
    async read(Bucket, Key, VersionId) {
      const { Body } = (await call(
        'getObject',
        { Bucket, Key, ...(VersionId !== undefined && { VersionId }) },
        errorNames.itemReaderFailed,
      )) as GetAnswer;
      return Body ? Body.transformToByteArray() : new Uint8Array();
    },
    async *list(Bucket, Prefix) {
      let ContinuationToken: string | undefined;
      do {
        const page = (await call(
          'listObjectsV2',
          {
            Bucket,
            ...(Prefix !== undefined && { Prefix }),
            ...(ContinuationToken !== undefined && { ContinuationToken }),
          },
          errorNames.itemReaderFailed,
        )) as ListAnswer;
        for (const { Key = '', ETag = '', LastModified, Size = 0, StorageClass = 'STANDARD' } of page.Contents ?? []) {
          const item: JsonObject = {
            Etag: ETag,
            Key,
            LastModified: Math.floor((LastModified?.getTime() ?? 0) / 1000),
            Size,
            StorageClass,
          };
          yield item;
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async write(Bucket, Key, Body) {
      await call('putObject', { Bucket, Key, Body, ContentType: 'application/json' }, errorNames.resultWriterFailed);
    },
  };
}
