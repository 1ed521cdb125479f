import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUCKET,
  createWorld,
  eventually,
  keysBelow,
  put,
  ROLE,
  sampleCsv,
  trained,
  trainingRequest,
  type World,
} from './support.ts';

describe('training jobs', () => {
  let world: World;
  const denied = new Set<string>();

  beforeAll(async () => {
    world = await createWorld({ denies: ({ action }, role) => denied.has(action) && role === 'TRAINING' });
    await put(world, 'data/train/0.csv', sampleCsv(400, 1));
    await put(world, 'data/train/1.csv', sampleCsv(400, 3));
    await put(world, 'data/validation/0.csv', sampleCsv(200, 2));
    await put(world, 'data/validation/1.csv', sampleCsv(200, 4));
  });
  afterAll(() => world.close());

  const create = (name: string, overrides = {}) =>
    world.sagemaker.send(new CreateTrainingJobCommand(trainingRequest(name, overrides)));

  it('reports metrics, transitions, times and the events of every change', async () => {
    await create('reported', {
      HyperParameters: { num_round: '3', objective: 'binary:logistic', eval_metric: 'auc,logloss,f1' },
      Tags: [{ Key: 'team', Value: 'risk' }],
    });
    const job = await trained(world, 'reported');
    expect(job.FinalMetricDataList?.map((metric) => metric.MetricName)).toEqual([
      'train:auc',
      'train:f1',
      'train:logloss',
      'validation:auc',
      'validation:f1',
      'validation:logloss',
    ]);
    expect(job.SecondaryStatusTransitions?.map((transition) => transition.Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(job.BillableTimeInSeconds).toBeGreaterThanOrEqual(1);
    expect(job.TrainingEndTime).toBeInstanceOf(Date);
    const events = world.context.events.filter((event) => event.resources?.[0]?.endsWith('/reported'));
    expect(new Set(events.map((event) => event['detail-type']))).toEqual(
      new Set(['SageMaker Training Job State Change']),
    );
    expect(events.map((event) => (event.detail as { SecondaryStatus: string }).SecondaryStatus)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(events.at(-1)?.detail).toMatchObject({
      TrainingJobName: 'reported',
      TrainingJobStatus: 'Completed',
      CreationTime: world.context.clock.now(),
      Tags: { team: 'risk' },
    });
    expect(readFileSync(join(world.context.stateDir, 'logs/training-jobs/reported.log'), 'utf8')).toMatch(
      /^\[2\]#011train-auc:0\.\d+#011train-logloss/m,
    );
  });

  it('authorises the job, the tags on it and the role it is handed', async () => {
    await create('authorised', { Tags: [{ Key: 'a', Value: 'b' }] });
    const call = world.served.calls.findLast((seen) => seen.operation === 'CreateTrainingJob');
    const job = 'arn:aws:sagemaker:eu-central-1:123456789012:training-job/authorised';
    expect(call?.authorize).toMatchObject([
      { action: 'sagemaker:CreateTrainingJob', resource: job },
      { action: 'sagemaker:AddTags', resource: job },
      { action: 'iam:PassRole', resource: ROLE, context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    ]);
    await trained(world, 'authorised');
  });

  it.each(['s3:GetObject', 's3:ListBucket', 's3:PutObject'])('fails the job when its role lacks %s', async (action) => {
    const name = `denied-${action.slice(3).toLowerCase()}`;
    denied.add(action);
    try {
      await create(name);
      const job = await trained(world, name);
      expect(job.TrainingJobStatus).toBe('Failed');
      expect(job.FailureReason).toMatch(/^ClientError: (Data download|Artifact upload) failed:AccessDenied \(403\)/);
      expect(job.FailureReason).toContain(action);
    } finally {
      denied.clear();
    }
  });

  it('fails the job when its role may not encrypt with the key of the output', async () => {
    denied.add('kms:Encrypt');
    try {
      await create('denied-encrypt', {
        OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models`, KmsKeyId: 'alias/artifacts' },
      });
      expect((await trained(world, 'denied-encrypt')).FailureReason).toMatch(
        /^ClientError: Artifact upload failed:AccessDenied \(403\): .* kms:Encrypt on resource: .*:alias\/artifacts$/,
      );
    } finally {
      denied.clear();
    }
  });

  it('fails with the text that the algorithm left, without a value of the data', async () => {
    await put(world, 'bad/0.csv', '1,2.5,3\n0,secret-value,4\n');
    const [train] = trainingRequest('x').InputDataConfig ?? [];
    const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/bad/` } };
    await create('bad-data', { InputDataConfig: [{ ...train, DataSource: source }] });
    const job = await trained(world, 'bad-data');
    expect(job.FailureReason).toBe('AlgorithmError: 0.csv: row 2, column 2 is not a number, exit code: 1');
    expect(readFileSync(join(world.context.stateDir, 'logs/training-jobs/bad-data.log'), 'utf8')).not.toContain(
      'secret',
    );
  });

  it('fails when a prefix is empty, and when there are fewer objects than instances', async () => {
    const [train] = trainingRequest('x').InputDataConfig ?? [];
    const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/nothing/` } };
    await create('no-data', { InputDataConfig: [{ ...train, DataSource: source }] });
    await create('too-few', { ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 3, VolumeSizeInGB: 10 } });
    expect((await trained(world, 'no-data')).FailureReason).toContain(
      `No S3 objects found under S3 URL "s3://${BUCKET}/nothing/"`,
    );
    expect((await trained(world, 'too-few')).FailureReason).toContain(
      'has 2 object(s) for 3 instances with ShardedByS3Key',
    );
  });

  const long = {
    HyperParameters: { num_round: '1000000', objective: 'binary:logistic', save_model_on_termination: 'true' },
  };
  const training = (name: string) =>
    eventually(() => {
      const log = join(world.context.stateDir, `logs/training-jobs/${name}.log`);
      return existsSync(log) && readFileSync(log, 'utf8').includes('[3]#011') ? true : undefined;
    });

  it('stops when asked, and keeps the model that the algorithm saved', async () => {
    await create('stopped', long);
    await training('stopped');
    await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }));
    expect(await trained(world, 'stopped')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect(await keysBelow(world, 'models/stopped/')).toEqual(['models/stopped/output/model.tar.gz']);
    await expect(world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }))).rejects.toThrow(
      /in status Stopped/,
    );
  });

  it('stops when its time is up, and bills wall-clock time however many instances it has', async () => {
    const ResourceConfig = { InstanceType: 'ml.m5.xlarge', InstanceCount: 2, VolumeSizeInGB: 10 };
    await create('overdue', { ...long, ResourceConfig, StoppingCondition: { MaxRuntimeInSeconds: 60 } });
    await training('overdue');
    await world.context.clock.advance(60_000);
    expect(await trained(world, 'overdue')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'MaxRuntimeExceeded',
      BillableTimeInSeconds: 60,
    });
  });

  it('refuses a name twice, an unknown image and metric definitions for the built-in image', async () => {
    await create('once', { HyperParameters: { num_round: '1' } });
    await expect(create('ONCE')).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: expect.stringContaining('training-job/once'),
    });
    const algorithm = { TrainingInputMode: 'File', TrainingImage: 'registry/tensorflow:2' };
    await expect(create('image', { AlgorithmSpecification: algorithm })).rejects.toThrow(
      /registry\/tensorflow:2 cannot be run/,
    );
    const metrics = { ...trainingRequest('x').AlgorithmSpecification, MetricDefinitions: [{ Name: 'a', Regex: 'b' }] };
    await expect(create('metrics', { AlgorithmSpecification: metrics })).rejects.toThrow(
      /can't override the metric definitions/,
    );
    await trained(world, 'once');
  });

  it('reports what is wrong with a request with AWS’s message', async () => {
    const send = world.sagemaker.send(
      new CreateTrainingJobCommand({
        ...trainingRequest('under_score'),
        ResourceConfig: { InstanceType: 'ml.m5.huge' as never, InstanceCount: 1, VolumeSizeInGB: 1 },
      }),
    );
    await expect(send).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /^2 validation errors detected: Value 'under_score' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: .*; Value 'ml\.m5\.huge' at 'resourceConfig\.instanceType' failed to satisfy constraint: Member must satisfy enum value set: \[/,
      ),
    });
    await expect(
      world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'nobody' })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: 'Requested resource not found.' });
  });

  it('runs a job again that was in progress at a restart, and lists the stored jobs', async () => {
    await create('interrupted', { HyperParameters: { num_round: '3000', objective: 'binary:logistic' } });
    await eventually(() => existsSync(join(world.context.stateDir, 'logs/training-jobs/interrupted.log')) || undefined);
    await world.restart();
    expect((await trained(world, 'interrupted')).TrainingJobStatus).toBe('Completed');
    const downloads = world.context.events.filter(
      ({ resources, detail }) =>
        resources?.[0]?.endsWith('/interrupted') &&
        (detail as { SecondaryStatus: string }).SecondaryStatus === 'Downloading',
    );
    expect(downloads).toHaveLength(2);
    const first = await world.sagemaker.send(
      new ListTrainingJobsCommand({ MaxResults: 2, SortBy: 'Name', SortOrder: 'Ascending' }),
    );
    const rest = await world.sagemaker.send(
      new ListTrainingJobsCommand({
        MaxResults: 100,
        SortBy: 'Name',
        SortOrder: 'Ascending',
        NextToken: first.NextToken,
      }),
    );
    const names = [...(first.TrainingJobSummaries ?? []), ...(rest.TrainingJobSummaries ?? [])].map(
      (job) => job.TrainingJobName,
    );
    expect(names).toEqual(names.toSorted());
    expect(names).toContain('interrupted');
    expect(first.TrainingJobSummaries).toHaveLength(2);
  });
});
