import { DeleteObjectsCommand, ListObjectsV2Command, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteModelPackageCommand, ListModelPackagesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { modelPackages } from '#functions/aws/model-packages';
import { runFolders } from '#functions/aws/run-folders';
import { packageArn } from '../support/stage.ts';

const [s3, sageMaker] = [mockClient(S3Client), mockClient(SageMakerClient)];
const region = { region: 'eu-central-1' };
const run = { pipeline: 'loan', runId: 'r1' };
beforeEach(() => {
  s3.reset();
  sageMaker.reset();
});

describe('the folders of runs', () => {
  const folders = runFolders(new S3Client(region), 'artifacts');

  it('are listed by pages, without the objects in them', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({
        CommonPrefixes: [{ Prefix: 'loan/runs/r1/' }, { Prefix: 'loan/runs/r2/' }],
        NextContinuationToken: 't',
      })
      .resolvesOnce({ CommonPrefixes: [{ Prefix: 'loan/runs/r3/' }] })
      .resolvesOnce({});

    expect(await folders.list('loan')).toEqual(['r1', 'r2', 'r3']);
    expect(s3.commandCalls(ListObjectsV2Command).map(({ args: [{ input }] }) => input)).toMatchObject([
      { Bucket: 'artifacts', Prefix: 'loan/runs/', Delimiter: '/' },
      { ContinuationToken: 't' },
    ]);
    expect(await folders.list('new')).toEqual([]);
  });

  it('are measured and erased in all versions, a thousand at once', async () => {
    const pages = () => {
      s3.reset();
      s3.on(ListObjectVersionsCommand)
        .resolvesOnce({
          Versions: [
            { Key: 'loan/runs/r1/a', VersionId: '1', Size: 10 },
            { Key: 'loan/runs/r1/a', VersionId: '2', Size: 5 },
          ],
          IsTruncated: true,
          NextKeyMarker: 'loan/runs/r1/a',
          NextVersionIdMarker: '2',
        })
        .resolvesOnce({
          Versions: [{ Key: 'loan/runs/r1/b', VersionId: '3' }],
          DeleteMarkers: [{ Key: 'loan/runs/r1/b', VersionId: '4' }],
        });
    };
    pages();
    expect(await folders.measure(run)).toEqual({ objects: 3, bytes: 15 });
    pages();
    s3.on(DeleteObjectsCommand).resolves({});
    await folders.erase(run);
    const deleted = s3
      .commandCalls(DeleteObjectsCommand)
      .map(({ args: [{ input }] }) => input.Delete?.Objects?.map((o) => o.VersionId));
    expect(deleted).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    pages();
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'loan/runs/r1/a', Code: 'AccessDenied' }] });
    await expect(folders.erase(run)).rejects.toThrow('could not be deleted (AccessDenied): loan/runs/r1/a');
  });
});

describe('model packages', () => {
  const packages = modelPackages(new SageMakerClient(region), 'dev');

  it('are listed with the runs that registered them', async () => {
    const at = new Date('2026-01-02T10:00:00.000Z');
    sageMaker.on(ListModelPackagesCommand).resolves({
      ModelPackageSummaryList: [
        {
          ModelPackageVersion: 2,
          ModelPackageArn: packageArn(2),
          ModelPackageDescription: 'loan, run r2',
          ModelApprovalStatus: 'Approved',
          CreationTime: at,
        },
        {
          ModelPackageVersion: 1,
          ModelPackageArn: packageArn(1),
          ModelPackageDescription: 'by hand',
          CreationTime: at,
        },
        {
          ModelPackageVersion: 3,
          ModelPackageArn: packageArn(3),
          ModelPackageDescription: 'loan, run ',
          CreationTime: at,
        },
      ] as never,
    });
    const registeredAt = at.toISOString();
    expect(await packages.list('loan')).toEqual([
      { version: 2, modelPackageArn: packageArn(2), runId: 'r2', approval: 'Approved', registeredAt },
      { version: 1, modelPackageArn: packageArn(1), runId: undefined, approval: 'PendingManualApproval', registeredAt },
      { version: 3, modelPackageArn: packageArn(3), runId: undefined, approval: 'PendingManualApproval', registeredAt },
    ]);
  });

  it('are none before the first registration, and a deletion is repeated without harm', async () => {
    const missing = Object.assign(new Error('Model package group does not exist'), { name: 'ValidationException' });
    sageMaker.on(ListModelPackagesCommand).rejects(missing);
    sageMaker.on(DeleteModelPackageCommand).rejectsOnce(missing).rejects(new Error('denied'));

    expect(await packages.list('loan')).toEqual([]);
    await packages.remove(packageArn(1));
    await expect(packages.remove(packageArn(1))).rejects.toThrow('denied');
    sageMaker.on(ListModelPackagesCommand).rejects(new Error('denied'));
    await expect(packages.list('loan')).rejects.toThrow('denied');
  });
});
