import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** One client a service and process, made on first use: a function only pays for what it calls. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export const s3Client = lazily(() => new S3Client({}));
export const sageMakerClient = lazily(() => new SageMakerClient({}));
export const sageMakerRuntimeClient = lazily(() => new SageMakerRuntimeClient({}));
export const secretsClient = lazily(() => new SecretsManagerClient({}));
export const sfnClient = lazily(() => new SFNClient({}));
export const documentClient = lazily(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
);
