import {
  AddTagsCommand,
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DeleteTagsCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSageMaker } from '#src/sagemaker/service';
import { containers } from './container/runtimes.ts';
import { createWorld, IMAGE, type World } from './support.ts';

const arn = (path: string) => `arn:aws:sagemaker:eu-central-1:123456789012:${path}`;

describe('the model registry', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await createGroup('loans');
  });
  afterAll(() => world.close());

  const createGroup = (name: string) =>
    world.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: name }));
  const register = (group: string, overrides: Partial<CreateModelPackageCommandInput> = {}) =>
    world.sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: group,
        InferenceSpecification: {
          Containers: [{ Image: IMAGE, ModelDataUrl: 's3://artifacts/model.tar.gz' }],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
        },
        ...overrides,
      }),
    );
  const describePackage = (name: string | undefined) =>
    world.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: name }));
  const lastEvent = () => world.context.events.at(-1);

  it('registers an image only for who may read it', async () => {
    await register('loans');
    const call = world.served.calls.findLast((seen) => seen.operation === 'CreateModelPackage');
    const resource = 'arn:aws:ecr:eu-central-1:492215442770:repository/sagemaker-xgboost';
    expect(call?.authorize).toEqual(
      expect.arrayContaining([
        { action: 'ecr:BatchGetImage', resource },
        { action: 'ecr:DescribeImages', resource },
      ]),
    );
  });

  it('numbers the versions of a group, pending approval by default', async () => {
    await createGroup('numbered');
    expect((await register('numbered')).ModelPackageArn).toBe(arn('model-package/numbered/1'));
    const second = await register(arn('model-package-group/numbered'), { ModelApprovalStatus: 'Approved' });
    expect(second.ModelPackageArn).toBe(arn('model-package/numbered/2'));
    expect(await describePackage(arn('model-package/numbered/1'))).toMatchObject({
      ModelPackageGroupName: 'numbered',
      ModelPackageVersion: 1,
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: 'PendingManualApproval',
    });
    await world.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: second.ModelPackageArn }));
    expect((await register('numbered')).ModelPackageArn).toBe(arn('model-package/numbered/3'));
  });

  it('gives the same version for the same client token', async () => {
    const token = 'shop-run-1';
    const first = await register('loans', { ClientToken: token });
    const seen = world.context.events.length;
    expect((await register('loans', { ClientToken: token })).ModelPackageArn).toBe(first.ModelPackageArn);
    expect(world.context.events).toHaveLength(seen);
    await expect(register('loans', { ClientToken: token, ModelApprovalStatus: 'Approved' })).rejects.toThrow(
      /ClientToken/,
    );
  });

  it('stores metrics, lineage and metadata, and sends an event on approval', async () => {
    const made = await register('loans', {
      ModelMetrics: {
        ModelQuality: {
          Statistics: {
            ContentType: 'application/json',
            S3Uri: 's3://artifacts/e.json',
            ContentDigest: `sha256:${'a'.repeat(64)}`,
          },
        },
      },
      MetadataProperties: { CommitId: 'abc', GeneratedBy: 'shop' },
      CustomerMetadataProperties: { run_id: 'r1', obsolete: 'x' },
    });
    expect(lastEvent()).toMatchObject({
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Model Package State Change',
      resources: [made.ModelPackageArn],
      detail: { ModelApprovalStatus: 'PendingManualApproval', CreationTime: '2026-01-01T00:00:00Z' },
    });
    await world.sagemaker.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: made.ModelPackageArn,
        ModelApprovalStatus: 'Approved',
        ApprovalDescription: 'by ada',
        CustomerMetadataProperties: { approver: 'ada' },
        CustomerMetadataPropertiesToRemove: ['obsolete'],
      }),
    );
    expect(await describePackage(made.ModelPackageArn)).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'by ada',
      CustomerMetadataProperties: { run_id: 'r1', approver: 'ada' },
      MetadataProperties: { CommitId: 'abc', GeneratedBy: 'shop' },
      ModelMetrics: { ModelQuality: { Statistics: { S3Uri: 's3://artifacts/e.json' } } },
      LastModifiedBy: { IamIdentity: { Arn: 'arn:aws:iam::123456789012:user/admin' } },
    });
    expect(lastEvent()?.detail).toMatchObject({
      ModelPackageGroupName: 'loans',
      ModelApprovalStatus: 'Approved',
      UpdatedModelPackageFields: expect.arrayContaining(['ModelApprovalStatus', 'CustomerMetadataProperties']),
      InferenceSpecification: { Containers: [{ Image: IMAGE }] },
    });
  });

  it('keeps the model card, changes its status by itself until it is archived, and shows it in no event', async () => {
    const card = { ModelCardContent: '{"intended_uses":{}}', ModelCardStatus: 'Draft' as const };
    const made = await register('loans', { ModelCard: card });
    const change = (ModelCard: Partial<typeof card> | { ModelCardStatus: 'Approved' | 'Archived' }) =>
      world.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn: made.ModelPackageArn, ModelCard }));
    await change({ ModelCardStatus: 'Approved' });
    expect(await describePackage(made.ModelPackageArn)).toMatchObject({
      ModelCard: { ...card, ModelCardStatus: 'Approved' },
    });
    expect(lastEvent()?.detail).not.toHaveProperty('ModelCard');
    expect(lastEvent()?.detail).toMatchObject({ UpdatedModelPackageFields: ['ModelCard'] });
    await change({ ModelCardStatus: 'Archived' });
    await expect(change({ ModelCardContent: '{}' })).rejects.toThrow('Model Card is in Archived state');
  });

  it('limits the metadata to 50 pairs, also over several updates', async () => {
    const pairs = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${from + i}`, 'v']));
    await expect(register('loans', { CustomerMetadataProperties: pairs(0, 51) })).rejects.toThrow(
      /'customerMetadataProperties' failed to satisfy constraint: Member must have length less than or equal to 50/,
    );
    await expect(register('loans', { CustomerMetadataProperties: { k: 'v'.repeat(257) } })).rejects.toThrow(
      /less than or equal to 256/,
    );
    const made = await register('loans', { CustomerMetadataProperties: pairs(0, 50) });
    await expect(
      world.sagemaker.send(
        new UpdateModelPackageCommand({
          ModelPackageArn: made.ModelPackageArn,
          CustomerMetadataProperties: pairs(50, 1),
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceLimitExceeded' });
  });

  it('lists a group oldest first unless asked otherwise, filtered by approval, page by page', async () => {
    await createGroup('listed');
    for (let i = 1; i <= 11; i += 1) {
      await register('listed', { ModelApprovalStatus: i % 2 === 0 ? 'Approved' : 'Rejected' });
      await world.context.clock.advance(1000);
    }
    const list = async (more: object) => {
      const answer = await world.sagemaker.send(
        new ListModelPackagesCommand({ ModelPackageGroupName: 'listed', ...more }),
      );
      return {
        versions: answer.ModelPackageSummaryList?.map((item) => item.ModelPackageVersion),
        next: answer.NextToken,
      };
    };
    expect((await list({ MaxResults: 3 })).versions).toEqual([1, 2, 3]);
    const newest = { SortOrder: 'Descending', MaxResults: 6 };
    const first = await list(newest);
    expect(first.versions).toEqual([11, 10, 9, 8, 7, 6]);
    expect((await list({ ...newest, NextToken: first.next })).versions).toEqual([5, 4, 3, 2, 1]);
    expect((await list({ ...newest, ModelApprovalStatus: 'Approved', MaxResults: 1 })).versions).toEqual([10]);
    // Without a group, only packages without versions: there are none.
    expect((await list({ ModelPackageGroupName: undefined })).versions).toEqual([]);
    expect(
      (await list({ ModelPackageGroupName: undefined, ModelPackageType: 'Both', MaxResults: 100 })).versions,
    ).toContain(11);
    expect((await list({ SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 3 })).versions).toEqual([1, 2, 3]);
    await expect(list({ NextToken: 'forged' })).rejects.toThrow(/Invalid pagination token/);
  });

  it('deletes a group only once it is empty', async () => {
    await createGroup('short-lived');
    const made = await register('short-lived');
    const remove = () =>
      world.sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'short-lived' }));
    await expect(remove()).rejects.toMatchObject({ name: 'ConflictException' });
    await world.sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: made.ModelPackageArn }));
    await remove();
    await expect(
      world.sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'short-lived' })),
    ).rejects.toThrow(`ModelPackageGroup ${arn('model-package-group/short-lived')} does not exist.`);
  });

  it('refuses a group twice and a package in a group that does not exist', async () => {
    await expect(createGroup('loans')).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Model Package Group already exists: ${arn('model-package-group/loans')}`,
    });
    await expect(register('nobody')).rejects.toThrow(/model-package-group\/nobody does not exist/);
  });

  it('keeps tags by ARN', async () => {
    const ResourceArn = arn('model-package-group/loans');
    await world.sagemaker.send(
      new AddTagsCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await world.sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a'] }));
    expect((await world.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('makes a group from a template once, and keeps it at the next start', async () => {
    const service = createSageMaker(world.context);
    const provider = service.resources?.['AWS::SageMaker::ModelPackageGroup'];
    const resource = {
      logicalId: 'Group',
      type: 'AWS::SageMaker::ModelPackageGroup',
      stackName: 'shop',
      properties: { ModelPackageGroupName: 'templated', Tags: [{ Key: 'stage', Value: 'dev' }] },
    };
    const applied = await provider?.apply(resource);
    expect(applied).toMatchObject({
      ref: arn('model-package-group/templated'),
      attributes: { ModelPackageGroupArn: arn('model-package-group/templated'), ModelPackageGroupStatus: 'Completed' },
    });
    await world.context.clock.advance(60_000);
    expect(await provider?.apply(resource)).toEqual(applied);
    await service.close?.();
  });

  it('names an operation that it does not have', async () => {
    const response = await fetch(world.served.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'SageMaker.CreateNotebookInstance', 'content-type': 'application/x-amz-json-1.1' },
      body: '{}',
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('CreateNotebookInstance'),
    });
  });
});

describe('a model registry that takes its time', () => {
  it('completes a package after it answered, and takes no change before', async () => {
    const world = await createWorld({ settings: { containers, packageCompletionMs: 1000 } });
    try {
      await world.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'slow' }));
      const { ModelPackageArn } = await world.sagemaker.send(
        new CreateModelPackageCommand({
          ModelPackageGroupName: 'slow',
          InferenceSpecification: {
            Containers: [{ Image: IMAGE, ModelDataUrl: 's3://artifacts/model.tar.gz' }],
            SupportedContentTypes: ['text/csv'],
            SupportedResponseMIMETypes: ['text/csv'],
          },
        }),
      );
      const status = async () =>
        (await world.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn })))
          .ModelPackageStatus;
      const approve = () =>
        world.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }));

      expect(await status()).toBe('Pending');
      await expect(approve()).rejects.toMatchObject({ name: 'ConflictException' });
      world.context.clock.advance(500);
      expect(await status()).toBe('InProgress');
      world.context.clock.advance(500);
      expect(await status()).toBe('Completed');
      await expect(approve()).resolves.toBeDefined();
    } finally {
      await world.close();
    }
  });
});
