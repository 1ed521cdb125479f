import type { HostContext } from './context.ts';
import type { PageHandler } from './door.ts';
import type { CloudContext, CloudService } from './service.ts';

export type HostFactory = (context: HostContext) => CloudService | Promise<CloudService>;

/** Pages beside the AWS services: `prefix` starts and ends with a slash. */
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
  iam: async () => (await import('#local/iam/service')).createIam,
  sts: async () => (await import('#local/sts/service')).createSts,
  kms: async () => (await import('#local/kms/service')).createKms,
  secretsmanager: async () => (await import('#local/secretsmanager/service')).createSecretsManager,
  logs: async () => (await import('#local/logs/service')).createLogs,
  cloudformation: async () => (await import('#local/cloudformation/service')).createCloudFormation,
  s3: async () => (await import('#local/s3/service')).createS3,
  dynamodb: async () => (await import('#local/dynamodb/service')).createDynamoDb,
  sqs: async () => (await import('#local/sqs/service')).createSqs,
  monitoring: async () => (await import('#local/cloudwatch/service')).createCloudWatch,
  lambda: async () => (await import('#local/lambda/service')).createLambda,
  sagemaker: async () => (await import('#local/sagemaker/service')).createSageMaker,
  states: async () => (await import('#local/stepfunctions/service')).createStepFunctions,
  events: async () => (await import('#local/eventbridge/service')).createEventBridge,
  scheduler: async () => (await import('#local/scheduler/service')).createScheduler,
} satisfies Record<string, () => Promise<HostFactory>>;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/** The pages served without a signature. */
export const PAGES: readonly ((context: CloudContext) => Promise<Pages>)[] = [
  async (context) => (await import('#local/slack/pages')).createSlackPages(context),
];
