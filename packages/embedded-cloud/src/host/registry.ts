import type { PageApi } from '#src/faults/page-api';
import type { PageHandler } from '../cloud/page-wire.ts';
import type { CloudContext, CloudService } from '../cloud/service.ts';
import type { HostContext } from './context.ts';

export type HostFactory = (context: HostContext) => CloudService | Promise<CloudService>;

/** A plug-in that serves pages beside the AWS services, without a signature. */
export interface PagePlugin {
  /** The web API of the pages, if fault files may name it. */
  readonly api?: PageApi;
  create(context: CloudContext): Pages | Promise<Pages>;
}

/** What a page plug-in serves: `prefix` starts and ends with a slash. */
export interface Pages {
  readonly prefix: string;
  readonly handle: PageHandler;
  close?(): Promise<void>;
}

/**
 * Every service of the embedded cloud by its main signing name, in the order they are made; they are closed in reverse,
 * so that what calls others ends before them. Each is imported when a cloud starts, not before.
 */
export const SERVICES = {
  iam: async () => (await import('#src/iam/service')).createIam,
  sts: async () => (await import('#src/sts/service')).createSts,
  kms: async () => (await import('#src/kms/service')).createKms,
  secretsmanager: async () => (await import('#src/secretsmanager/service')).createSecretsManager,
  logs: async () => (await import('#src/logs/service')).createLogs,
  cloudformation: async () => (await import('#src/cloudformation/service')).createCloudFormation,
  s3: async () => (await import('#src/s3/service')).createS3,
  dynamodb: async () => (await import('#src/dynamodb/service')).createDynamoDb,
  sqs: async () => (await import('#src/sqs/service')).createSqs,
  monitoring: async () => (await import('#src/cloudwatch/service')).createCloudWatch,
  lambda: async () => (await import('#src/lambda/service')).createLambda,
  'execute-api': async () => (await import('#src/apigateway/service')).createApiGateway,
  sagemaker: async () => (await import('#src/sagemaker/service')).createSageMaker,
  'application-autoscaling': async () => (await import('#src/application-autoscaling/service')).createAutoScaling,
  states: async () => (await import('#src/stepfunctions/service')).createStepFunctions,
  events: async () => (await import('#src/eventbridge/service')).createEventBridge,
  scheduler: async () => (await import('#src/scheduler/service')).createScheduler,
} satisfies Record<string, () => Promise<HostFactory>>;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];
