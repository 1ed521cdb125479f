import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  ListModelPackagesCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { DeleteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { deleteData } from '../../cli/delete-data.ts';
import type { Target } from '../../cli/target.ts';

const region = { region: 'eu-central-1' };
const s3 = new S3Client(region);
const sageMaker = new SageMakerClient(region);
const db = DynamoDBDocumentClient.from(new DynamoDBClient(region));
const [objects, registry, table] = [mockClient(s3), mockClient(sageMaker), mockClient(db)];
const outputs = {
  RawBucketName: 'raw',
  CleanBucketName: 'clean',
  ArtifactsBucketName: 'artifacts',
  StateTableName: 'state',
  EndpointTestsTableName: 'tests',
};
const target = { s3, sageMaker, db, stage: 'dev', outputs } as unknown as Target;
const arn = 'arn:aws:sagemaker:eu-central-1:1:model-package/tidegate-dev-loan/1';

beforeEach(() => {
  for (const mock of [objects, registry, table]) mock.reset();
  objects.on(ListObjectVersionsCommand).callsFake(({ Bucket, Prefix }) => ({
    Versions: [{ Key: `${Prefix}a`, VersionId: `${Bucket}-1` }],
  }));
  objects.on(DeleteObjectsCommand).resolves({});
  registry.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [{ ModelPackageArn: arn } as never] });
  table.on(QueryCommand).callsFake(({ ExpressionAttributeValues: values }) => ({
    Items: [{ pk: values[':pk'], sk: `${values[':sk'] ?? ''}1` }],
  }));
});

it('deletes data, the lists of file names, queued requests, endpoint tests and what says that data was trained, and no decision', async () => {
  expect(await deleteData(target, 'loan')).toEqual({
    'model packages': 1,
    'endpoint tests and records of trained data': 6,
    'raw data': 3,
    'clean data': 3,
    'run records, models and reports': 3,
  });
  const deleted = objects
    .commandCalls(DeleteObjectsCommand)
    .flatMap(({ args: [{ input }] }) => (input.Delete?.Objects ?? []).map(({ Key }) => `${input.Bucket} ${Key}`));
  expect(deleted).toContain('raw loan/a');
  expect(deleted).toContain('raw _tidegate/loan/a');
  expect(deleted).toContain('clean _asynchronous/loan/a');
  expect(table.commandCalls(DeleteCommand).map(({ args: [{ input }] }) => [input.TableName, input.Key])).toEqual([
    ['state', { pk: 'loan', sk: 'trained#1' }],
    ['state', { pk: 'loan', sk: 'folder#1' }],
    ['state', { pk: 'loan', sk: 'batch-drop#1' }],
    ['state', { pk: 'loan', sk: 'last-good1' }],
    ['state', { pk: 'loan', sk: 'capture-count1' }],
    ['tests', { pk: 'tidegate-dev-loan', sk: '1' }],
  ]);
  expect(registry.commandCalls(DeleteModelPackageCommand)).toHaveLength(1);
  expect(registry.commandCalls(DeleteModelPackageGroupCommand)).toHaveLength(1);
});

it('says how many objects were not deleted, and that it can be repeated', async () => {
  objects.on(DeleteObjectsCommand).resolves({ Errors: [{ Code: 'AccessDenied', Message: 'no' }] });

  await expect(deleteData(target, 'loan')).rejects.toThrow(
    'raw keeps 1 object that could not be deleted: AccessDenied: no. The command can be repeated.',
  );
});
