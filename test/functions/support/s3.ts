import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

/** S3 behind the SDK's client: objects by `bucket/key`, as texts. */
export function fakeS3() {
  const mock = mockClient(S3Client);
  const objects = new Map<string, string>();
  mock.on(GetObjectCommand).callsFake(({ Bucket, Key }) => {
    const text = objects.get(`${Bucket}/${Key}`);
    if (text === undefined) throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    return { Body: { transformToString: async () => text } };
  });
  return { mock, objects };
}
