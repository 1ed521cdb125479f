import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type CloudFile, readCloud } from './cloud-file.ts';
import { exitCodes } from './exit-codes.ts';
import { notUp } from './explain-error.ts';
import { CliError } from './output.ts';

/** The embedded cloud's stage. Naming it is the same as leaving --stage out. */
export const localStage = 'local';

/** The stack's outputs, by the names of resources/outputs.yml. */
export interface Outputs {
  readonly RawBucketName: string;
  readonly CleanBucketName: string;
  readonly ArtifactsBucketName: string;
  readonly StateTableName: string;
  readonly EndpointTestsTableName: string;
  readonly RetrainStateMachineArn: string;
  readonly PrepareDataStateMachineArn: string;
  readonly DeployStateMachineArn: string;
  readonly RecordDecisionStateMachineArn: string;
  readonly RecordOutcomesStateMachineArn: string;
  readonly BatchScoreStateMachineArn: string;
  readonly TestEndpointStateMachineArn: string;
  readonly CheckDriftStateMachineArn: string;
  readonly RetireStateMachineArn: string;
  readonly PredictFunctionName: string;
  /** These are absent in stacks of versions that did not have them. */
  readonly ApprovalsTableName?: string;
  readonly PredictionApiUrl?: string;
  readonly CleanUpStateMachineArn?: string;
  readonly ConsoleUrl?: string;
}

/** The target of a command: the embedded cloud of this project, or a stage on AWS. */
export interface Target {
  readonly kind: 'local' | 'aws';
  readonly stage: string;
  readonly region: string;
  readonly cloud?: CloudFile;
  readonly outputs: Outputs;
  readonly s3: S3Client;
  readonly sfn: SFNClient;
  readonly lambda: LambdaClient;
  readonly sageMaker: SageMakerClient;
  readonly sts: STSClient;
  readonly db: DynamoDBDocumentClient;
}

export interface TargetOptions {
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
}

function clients(config: object) {
  return {
    s3: new S3Client(config),
    sfn: new SFNClient(config),
    lambda: new LambdaClient(config),
    sageMaker: new SageMakerClient(config),
    sts: new STSClient(config),
    db: DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } }),
  };
}

async function openStage(stage: string, { profile, region }: TargetOptions): Promise<Target> {
  if (profile) process.env['AWS_PROFILE'] = profile;
  const config = region ? { region } : {};
  const stackName = `tidegate-${stage}`;
  const cloudFormation = new CloudFormationClient(config);
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map((o) => [o.OutputKey ?? '', o.OutputValue ?? '']),
    );
    return {
      kind: 'aws',
      stage,
      region: await cloudFormation.config.region(),
      outputs: outputs as unknown as Outputs,
      ...clients(config),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `Cannot read the stack ${stackName} on AWS: ${reason}. Deploy it with "npx serverless deploy --stage ${stage}", or check --profile and --region.`,
      exitCodes.unavailable,
    );
  }
}

/**
 * Opens the target of a command: with `--stage` (or `TIDEGATE_STAGE`) that stage on AWS, otherwise the embedded cloud.
 *
 * @throws CliError when the embedded cloud is not up, or the stack cannot be read
 */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const stage = options.stage ?? process.env['TIDEGATE_STAGE'];
  if (stage && stage !== localStage) return openStage(stage, options);
  const cloud = await readCloud();
  if (!cloud) throw notUp(', or name a stage on AWS with --stage');
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: cloud.accessKeyId, secretAccessKey: cloud.secretAccessKey },
  };
  return {
    kind: 'local',
    stage: cloud.stage,
    region: cloud.region,
    cloud,
    outputs: cloud.outputs as unknown as Outputs,
    ...clients(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
}

/** The ARN of the caller's IAM identity, for the record of a decision. */
export async function callerArn({ sts }: Target): Promise<string | undefined> {
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
}

/** Ends the connections of a target. */
export function closeTarget({ s3, sfn, lambda, sageMaker, sts, db }: Target): void {
  for (const client of [s3, sfn, lambda, sageMaker, sts, db]) client.destroy();
}
