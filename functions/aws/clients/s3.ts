import { S3Client } from '@aws-sdk/client-s3';
import { once } from '#functions/aws/clients/once';

/** The process's only S3 client. */
export const s3Client = once(() => new S3Client({}));
