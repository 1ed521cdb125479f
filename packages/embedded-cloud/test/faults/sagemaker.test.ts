import {
  CreateHyperParameterTuningJobCommand,
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  CreateTransformJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultFileInput } from '#src/faults/fault-file';
import { hostingOf } from '../sagemaker/hosting.ts';
import {
  BUCKET,
  createWorld,
  eventually,
  keysBelow,
  ROLE,
  trained,
  trainingRequest,
  type World,
} from '../sagemaker/support.ts';
import { tuningRequest } from '../sagemaker/tuning/request.ts';
import { faultsUnderTest } from '../support/faults.ts';

describe('faults of SageMaker', () => {
  const faults = faultsUnderTest();
  let world: World;
  let hosting: ReturnType<typeof hostingOf>;

  beforeAll(async () => {
    world = await createWorld({ faults: faults.points });
    hosting = hostingOf(world);
    await hosting.prepare();
  });
  afterAll(() => world.close());

  const set = (...rules: FaultFileInput['faults']) => faults.set({ faults: rules });
  const start = (name: string, overrides: Partial<CreateTrainingJobCommandInput> = {}) =>
    world.sagemaker.send(new CreateTrainingJobCommand(trainingRequest(name, overrides)));
  const train = async (name: string, overrides?: Partial<CreateTrainingJobCommandInput>) => {
    await start(name, overrides);
    return trained(world, name);
  };
  const phases = ({ SecondaryStatusTransitions = [] }: Awaited<ReturnType<typeof trained>>) =>
    SecondaryStatusTransitions.map(({ Status }) => Status);

  it('a training job gets no instances, and the next one does', async () => {
    set({ fault: 'capacity', job: 'training', nth: 1 });
    const failed = await train('no-capacity');
    expect(failed).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason:
        'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    });
    expect(phases(failed)).toEqual(['Starting', 'Failed']);
    expect(await train('capacity-again')).toMatchObject({ TrainingJobStatus: 'Completed' });
  });

  it('a training job fails by its algorithm once it trains, or by the service', async () => {
    set({ fault: 'job-failure', job: 'training', named: 'bad-*', message: 'bad hyperparameter' });
    const failed = await train('bad-algorithm');
    expect(failed).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: bad hyperparameter, exit code: 1',
    });
    expect(phases(failed)).toEqual(['Starting', 'Downloading', 'Training', 'Failed']);
    expect(await keysBelow(world, 'models/bad-algorithm/')).toEqual([]);
    expect(world.context.events.at(-1)).toMatchObject({
      'detail-type': 'SageMaker Training Job State Change',
      detail: { TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: bad hyperparameter, exit code: 1' },
    });
    set({ fault: 'job-failure', reason: 'internal' });
    expect(await train('bad-service')).toMatchObject({
      FailureReason: 'InternalServerError: We encountered an internal error. Please try again.',
    });
  });

  const spot = (seconds: number) => ({
    EnableManagedSpotTraining: true,
    StoppingCondition: { MaxRuntimeInSeconds: seconds, MaxWaitTimeInSeconds: seconds },
  });
  /** Lets time pass, a little at a time, until the job has ended. */
  const trainedMeanwhile = (name: string, ms: number) =>
    eventually(async () => {
      await world.context.clock.advance(ms);
      const job = await world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      return job.TrainingJobStatus === 'InProgress' ? undefined : job;
    });

  it('spot instances are taken away, and training starts over on others', async () => {
    set({ fault: 'spot-interruption', seconds: 0, nth: 1 });
    await start('interrupted', spot(3600));
    const job = await trainedMeanwhile('interrupted', 0);
    expect(job).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(phases(job)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Interrupted',
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(await keysBelow(world, 'models/interrupted/')).toEqual(['models/interrupted/output/model.tar.gz']);
    expect(faults.status()?.rules).toMatchObject([{ tried: 2, fired: 1 }]);
  });

  it('spot instances are taken away until the job has waited long enough', async () => {
    set({ fault: 'spot-interruption', seconds: 0 });
    await start('never-ready', spot(1));
    const job = await trainedMeanwhile('never-ready', 1500);
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
    expect(phases(job).slice(-2)).toEqual(['Interrupted', 'MaxWaitTimeExceeded']);
  });

  it('on-demand instances are not taken away', async () => {
    set({ fault: 'spot-interruption', seconds: 0 });
    expect(await train('on-demand')).toMatchObject({ TrainingJobStatus: 'Completed' });
    expect(faults.status()?.rules).toMatchObject([{ tried: 0 }]);
  });

  it('a transform job fails, without instances or by its algorithm', async () => {
    const transform = async (name: string) => {
      await world.sagemaker.send(
        new CreateTransformJobCommand({
          TransformJobName: name,
          ModelName: 'champion',
          TransformInput: {
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/data/train/` } },
            ContentType: 'text/csv',
          },
          TransformOutput: { S3OutputPath: `s3://${BUCKET}/out` },
          TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
        }),
      );
      return eventually(async () => {
        const job = await world.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: name }));
        return job.TransformJobStatus === 'InProgress' ? undefined : job;
      });
    };
    set({ fault: 'capacity', nth: 1 }, { fault: 'job-failure', job: 'transform' });
    expect(await transform('no-instances')).toMatchObject({
      TransformJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^CapacityError: Unable to provision/),
    });
    expect(await transform('bad-answers')).toMatchObject({
      TransformJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: See job logs for more information',
    });
  });

  it('a processing job gets no instances, a tuning job fails by the service', async () => {
    set({ fault: 'capacity', job: 'processing' }, { fault: 'job-failure', job: 'tuning', reason: 'internal' });
    await world.sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: 'no-instances',
        RoleArn: ROLE,
        AppSpecification: {
          ImageUri: '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3',
          ContainerEntrypoint: ['python3', '-c', 'pass'],
        },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 5 } },
      }),
    );
    await world.sagemaker.send(new CreateHyperParameterTuningJobCommand(tuningRequest('no-service', { jobs: 1 })));
    const processed = await eventually(async () => {
      const job = await world.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'no-instances' }));
      return job.ProcessingJobStatus === 'InProgress' ? undefined : job;
    });
    expect(processed).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^CapacityError: Unable to provision/),
    });
    const tuned = await eventually(async () => {
      const job = await world.sagemaker.send(
        new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'no-service' }),
      );
      return job.HyperParameterTuningJobStatus === 'InProgress' ? undefined : job;
    });
    expect(tuned).toMatchObject({
      HyperParameterTuningJobStatus: 'Failed',
      FailureReason: 'InternalServerError: We encountered an internal error. Please try again.',
      TrainingJobStatusCounters: { Completed: 0, InProgress: 0 },
    });
  });

  it('an endpoint that gets no instances fails', async () => {
    set({ fault: 'capacity', job: 'endpoint', named: 'short', nth: 1 });
    expect(await hosting.create('short', 'champion')).toMatchObject({
      EndpointStatus: 'Failed',
      FailureReason: expect.stringMatching(/^Unable to provision requested ML compute capacity due to Insuff/),
    });
  });

  it('an endpoint whose update fails goes back to what served', async () => {
    set({ fault: 'endpoint-failure', named: 'served', from: 2 });
    expect(await hosting.create('served', 'champion')).toMatchObject({ EndpointStatus: 'InService' });
    await hosting.update('served', 'challenger');
    const after = await hosting.settled('served');
    expect(after).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'champion',
      FailureReason: expect.stringContaining('production variant AllTraffic did not pass the ping health check'),
    });
    expect((await hosting.invoke('served')).text).toMatch(/^0\.\d+$/);
    set({ fault: 'endpoint-failure', reason: 'internal' });
    expect(await hosting.create('refused', 'champion')).toMatchObject({
      FailureReason: 'Request to service failed. If failure persists after retry, contact customer support.',
    });
  });
});
