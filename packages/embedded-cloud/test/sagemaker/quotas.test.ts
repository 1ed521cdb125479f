import {
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  CreateTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostingOf } from './hosting.ts';
import {
  BUCKET,
  createTrainedModel,
  createWorld,
  put,
  ROLE,
  sampleCsv,
  trained,
  trainingRequest,
  type World,
} from './support.ts';

describe('quotas', () => {
  let world: World;
  let hosting: ReturnType<typeof hostingOf>;

  beforeAll(async () => {
    world = await createWorld({
      settings: {
        quotas: {
          'ml.m5.xlarge for training job usage': 2,
          'ml.m5.large for transform job usage': 0,
          'ml.m5.large for endpoint usage': 3,
        },
        defaultQuota: 4,
      },
    });
    hosting = hostingOf(world);
    await createTrainedModel(world, 'champion');
    await hosting.configure('two', [hosting.variant('AllTraffic', 'champion')]);
  });
  afterAll(() => world.close());

  const resources = (InstanceType: 'ml.m5.xlarge' | 'ml.m5.2xlarge', InstanceCount: number) => ({
    ResourceConfig: { InstanceType, InstanceCount, VolumeSizeInGB: 10 },
  });

  it('refuse more instances than the account has, with AWS’s message', async () => {
    const request = trainingRequest('greedy', resources('ml.m5.xlarge', 3));
    await expect(world.sagemaker.send(new CreateTrainingJobCommand(request))).rejects.toMatchObject({
      name: 'ResourceLimitExceeded',
      message: expect.stringContaining(
        "The account-level service limit 'ml.m5.xlarge for training job usage' is 2 Instances, with current utilization of 0 Instances and a request delta of 3 Instances.",
      ),
    });
  });

  it('hold for each instance type, spot instances apart', async () => {
    const other = trainingRequest('other', resources('ml.m5.2xlarge', 5));
    await expect(world.sagemaker.send(new CreateTrainingJobCommand(other))).rejects.toThrow(
      /'ml\.m5\.2xlarge for training job usage' is 4 Instances/,
    );
    const spot = trainingRequest('spot', {
      ...resources('ml.m5.xlarge', 5),
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
    });
    await expect(world.sagemaker.send(new CreateTrainingJobCommand(spot))).rejects.toThrow(
      /'ml\.m5\.xlarge for spot training job usage' is 4 Instances/,
    );
  });

  it('count jobs in progress, and give their instances back when they end', async () => {
    await put(world, 'data/train/1.csv', sampleCsv(200, 3));
    await put(world, 'data/validation/1.csv', sampleCsv(100, 4));
    await world.sagemaker.send(new CreateTrainingJobCommand(trainingRequest('first', resources('ml.m5.xlarge', 2))));
    const second = trainingRequest('second', resources('ml.m5.xlarge', 1));
    await expect(world.sagemaker.send(new CreateTrainingJobCommand(second))).rejects.toThrow(
      /with current utilization of 2 Instances and a request delta of 1 Instances/,
    );
    await trained(world, 'first');
    await world.sagemaker.send(new CreateTrainingJobCommand(second));
    expect((await trained(world, 'second')).TrainingJobStatus).toBe('Completed');
  });

  it('hold for transform jobs', async () => {
    const request = new CreateTransformJobCommand({
      TransformJobName: 'score',
      ModelName: 'champion',
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/data/train/` } } },
      TransformOutput: { S3OutputPath: `s3://${BUCKET}/scores` },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    });
    await expect(world.sagemaker.send(request)).rejects.toThrow(
      /'ml\.m5\.large for transform job usage' is 0 Instances/,
    );
  });

  it('hold for processing jobs', async () => {
    const request = new CreateProcessingJobCommand({
      ProcessingJobName: 'process',
      RoleArn: ROLE,
      AppSpecification: {
        ImageUri: '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
        ContainerEntrypoint: ['python3', '-c', 'pass'],
      },
      ProcessingResources: { ClusterConfig: { InstanceCount: 5, InstanceType: 'ml.m5.large', VolumeSizeInGB: 5 } },
    });
    await expect(world.sagemaker.send(request)).rejects.toThrow(
      /'ml\.m5\.large for processing job usage' is 4 Instances, with current utilization of 0 Instances/,
    );
  });

  it('count both fleets of an endpoint that is updated', async () => {
    await hosting.create('served', 'two');
    await expect(hosting.update('served', 'two')).rejects.toThrow(
      /'ml\.m5\.large for endpoint usage' is 3 Instances, with current utilization of 2 Instances and a request delta of 2/,
    );
    await expect(hosting.create('another', 'two')).rejects.toMatchObject({ name: 'ResourceLimitExceeded' });
  });
});
