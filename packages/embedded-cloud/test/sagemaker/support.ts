import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { FaultPoints } from '#src/cloud/faults';
import type { AuthorizationRequest, CloudService } from '#src/cloud/service';
import { createS3 } from '#src/s3/service';
import { createSageMaker } from '#src/sagemaker/service';
import type { SageMakerSettings } from '#src/sagemaker/settings';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';
import { withCheckedAnswers } from './answers.ts';
import { containers } from './container/runtimes.ts';

export const IMAGE = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.0-5';
export const ROLE = 'arn:aws:iam::123456789012:role/training';
export const BUCKET = 'artifacts';

/** Access keys have no punctuation, so a role's key is its name in capitals. */
const accessKeyOf = (roleArn: string): string => `ROLE${roleArn.split('/').at(-1)?.toUpperCase()}`;

/** The clients that the short hands below need. */
export type Clients = Pick<World, 's3' | 'sagemaker'>;

export interface World {
  readonly context: FakeContext;
  /** What was put into CloudWatch so far, oldest first. */
  readonly metrics: readonly PutMetric[];
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly served: ServedService;
  /** Closes SageMaker as a restart would, and brings it up again on the same state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** What is refused to a role, by the role's name in upper case: calls of S3, and what SageMaker does as the role. */
  readonly denies?: (request: AuthorizationRequest, role: string) => boolean;
  readonly settings?: SageMakerSettings;
  readonly faults?: FaultPoints;
  /** The alarms that are in ALARM, asked each time CloudWatch is. */
  readonly ringing?: () => readonly string[];
  /** The variants of an endpoint that are scalable targets. */
  readonly scaled?: (endpoint: string) => string[];
}

/** S3 that also answers CloudWatch's DescribeAlarms, so that one endpoint serves all that a role calls. */
const withAlarms = (s3: CloudService, ringing: () => readonly string[]): CloudService => ({
  ...s3,
  prepare: async (request) => {
    if (request.signingName !== 'monitoring') return s3.prepare(request);
    const wanted = JSON.parse(await text(request.body)) as { AlarmNames: string[] };
    const found = ringing().filter((name) => wanted.AlarmNames.includes(name));
    return {
      operation: 'DescribeAlarms',
      authorize: [{ action: 'cloudwatch:DescribeAlarms', resource: '*' }],
      execute: () =>
        Promise.resolve({
          status: 200,
          body: JSON.stringify({ MetricAlarms: found.map((AlarmName) => ({ AlarmName })) }),
        }),
    };
  },
});

/** One value put into CloudWatch. */
export interface PutMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: string | undefined;
}

/** A CloudWatch that keeps what is put into it. */
const recordingMonitor = (metrics: PutMetric[]) => ({
  signingNames: ['monitoring'],
  putMetric: (
    ...[namespace, name, dimensions, value, unit]: [string, string, Record<string, string>, number, string?]
  ) => void metrics.push({ namespace, name, dimensions, value, unit }),
});

/** SageMaker and S3, each behind its own door, on fresh state with one bucket. */
export const createWorld = async (options: WorldOptions = {}): Promise<World> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'cloud-sagemaker-'));
  const s3Context = fakeContext(stateDir);
  const storage = await serveService(withAlarms(await createS3(s3Context), options.ringing ?? (() => [])), {
    context: s3Context,
    allow: (request, caller) => !options.denies?.(request, caller.accessKeyId.replace(/^ROLE/, '')),
  });
  const credentials = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 'secret' });
  const metrics: PutMetric[] = [];
  const monitor = recordingMonitor(metrics);
  const context = fakeContext(stateDir, {
    service: <T extends CloudService>(name: string) => {
      if (name === 'application-autoscaling' && options.scaled) {
        return { scaledVariants: options.scaled, forget: () => {} } as unknown as T;
      }
      if (name !== 'monitoring') throw new Error(`no service ${name} in this world`);
      return monitor as unknown as T;
    },
    actAs: ({ roleArn, authorize }) => {
      const refused = authorize.find((request) => options.denies?.(request, accessKeyOf(roleArn).replace(/^ROLE/, '')));
      return refused && `${roleArn} is not authorized to perform: ${refused.action} on resource: ${refused.resource}`;
    },
    clientConfig: (roleArn) => ({
      endpoint: storage.endpoint,
      region: 'eu-central-1',
      credentials: credentials(accessKeyOf(roleArn)),
      maxAttempts: 1,
    }),
  });
  const start = async (): Promise<ServedService> => {
    const service = withCheckedAnswers(
      createSageMaker({
        ...context,
        sageMaker: { containers, ...options.settings },
        ...(options.faults && { faults: options.faults }),
      }),
    );
    await service.start?.();
    return serveService(service, { context });
  };
  let served = await start();
  const config = { region: 'eu-central-1', credentials: credentials('ADMIN'), maxAttempts: 1 };
  const connect = () => ({
    sagemaker: new SageMakerClient({ ...config, endpoint: served.endpoint }),
    runtime: new SageMakerRuntimeClient({ ...config, endpoint: served.endpoint }),
  });
  let clients = connect();
  const s3 = new S3Client({ ...config, endpoint: storage.endpoint, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));

  return {
    context,
    metrics,
    s3,
    get sagemaker() {
      return clients.sagemaker;
    },
    get runtime() {
      return clients.runtime;
    },
    get served() {
      return served;
    },
    restart: async () => {
      await served.close();
      served = await start();
      clients = connect();
    },
    close: async () => {
      await served.close();
      await storage.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
};

/** Waits for an event in another process, bounded by the test's own time-out. */
export const eventually = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
};

/** Label-first rows of a noisy threshold in two of four features; one value in twenty is missing. */
export const sampleCsv = (rows: number, seed: number): string => {
  const generator = xoroshiro128plus(seed);
  const random = () => uniformFloat64(generator);
  const lines = Array.from({ length: rows }, () => {
    const x = Array.from({ length: 4 }, () => random() * 2 - 1);
    const label = (x[0] ?? 0) + 0.5 * (x[1] ?? 0) + (random() - 0.5) > 0 ? 1 : 0;
    return [label, ...x.map((value) => (random() < 0.05 ? '' : value.toFixed(4)))].join(',');
  });
  return `${lines.join('\n')}\n`;
};

/** The rows without their label. */
export const featuresOf = (csv: string): string =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.slice(line.indexOf(',') + 1))
    .join('\n');

export const put = (world: Clients, key: string, body: string | Uint8Array): Promise<unknown> =>
  world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));

export const get = async (world: Clients, key: string): Promise<Uint8Array> => {
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
};

export const getText = async (world: Clients, key: string): Promise<string> =>
  Buffer.from(await get(world, key)).toString();

export const keysBelow = async (world: World, prefix: string): Promise<string[]> => {
  const { Contents } = await world.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
  return (Contents ?? []).flatMap((object) => object.Key ?? []);
};

const channel = (name: string) => ({
  ChannelName: name,
  ContentType: 'text/csv',
  DataSource: {
    S3DataSource: {
      S3DataType: 'S3Prefix' as const,
      S3Uri: `s3://${BUCKET}/data/${name}/`,
      S3DataDistributionType: 'ShardedByS3Key' as const,
    },
  },
});

/** A training request on `data/train/` and `data/validation/` of the bucket. */
export const trainingRequest = (
  name: string,
  overrides: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
  RoleArn: ROLE,
  InputDataConfig: [channel('train'), channel('validation')],
  OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models` },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  HyperParameters: { num_round: '20', objective: 'binary:logistic', eval_metric: 'auc', max_depth: '3', seed: '7' },
  ...overrides,
});

/** Waits until a training job is neither in progress nor stopping. */
export const trained = (world: Clients, name: string): Promise<DescribeTrainingJobCommandOutput> =>
  eventually(async () => {
    const job = await world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return job.TrainingJobStatus === 'InProgress' || job.TrainingJobStatus === 'Stopping' ? undefined : job;
  });

/** Uploads samples, trains on them and makes the artifact a model. */
export const createTrainedModel = async (
  world: Clients,
  name: string,
  environment: Record<string, string> = {},
): Promise<void> => {
  await put(world, 'data/train/0.csv', sampleCsv(600, 1));
  await put(world, 'data/validation/0.csv', sampleCsv(300, 2));
  await world.sagemaker.send(new CreateTrainingJobCommand(trainingRequest(name)));
  const job = await trained(world, name);
  if (job.TrainingJobStatus !== 'Completed') throw new Error(`training failed: ${job.FailureReason}`);
  await createModel(world, name, job.ModelArtifacts?.S3ModelArtifacts, environment);
};

export const createModel = async (
  world: Clients,
  name: string,
  modelDataUrl: string | undefined,
  environment: Record<string, string> = {},
): Promise<void> => {
  await world.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: IMAGE, ModelDataUrl: modelDataUrl, Environment: environment },
    }),
  );
};
