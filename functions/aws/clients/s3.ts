import { S3Client } from '@aws-sdk/client-s3';
import { once } from '#functions/aws/clients/once';

/** The process's one client of S3. */
export const s3Client = once(() => new S3Client({}));
