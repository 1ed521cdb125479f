import type { Context } from 'aws-lambda';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { Deployment } from '#schemas/records/deployment';

/** The image of every training in the tests. */
export const trainingImage = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1';

/** What the handlers find in their environment: the names of a stage. Call it before a handler is imported. */
export function setStage(): void {
  Object.assign(process.env, {
    STAGE: 'dev',
    AWS_REGION: 'eu-central-1',
    CLEAN_BUCKET: 'clean-bucket',
    ARTIFACTS_BUCKET: 'artifacts-bucket',
    TRAINING_IMAGES: JSON.stringify({ xgboost: trainingImage }),
    SERVING_ROLE_ARN: 'arn:aws:iam::123456789012:role/tidegate-dev-serving',
    CLEAN_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/clean',
    CHALLENGE_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-challenge',
    DEPLOY_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-deploy',
    TOKEN_KEY_SECRET: 'tidegate-dev-token-key',
    LOG_RETENTION_DAYS: '30',
    COSTS: '{}',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
}

export const context = { functionName: 'under-test' } as Context;

export const pipeline: Pipeline = pipelineSchema.parse({
  name: 'loan',
  dataset: {
    format: 'csv',
    label: { column: 'default', positive: 1 },
    columns: { income: { role: 'feature', type: 'number' } },
  },
  evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
});

export const runs = { first: '20260101-080000-aaaa', second: '20260102-080000-bbbb', third: '20260103-080000-cccc' };
export const endpointName = 'tidegate-dev-loan';
export const configOf = (runId: string): string => `tidegate-dev-loan-${runId}`;
export const packageArn = (version: number, group = 'tidegate-dev-loan'): string =>
  `arn:aws:sagemaker:eu-central-1:123456789012:model-package/${group}/${version}`;
export const executionArn = (name: string): string =>
  `arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:${name}`;

/** A deployment of version 2 over version 1, changed where a test wants it. */
export const deploymentOf = (changes: Partial<Deployment> = {}): Deployment => ({
  decision: 'deploy',
  run: { pipeline: 'loan', runId: runs.second },
  modelPackageArn: packageArn(2),
  modelPackageVersion: 2,
  modelName: configOf(runs.second),
  endpointName,
  endpointConfigName: configOf(runs.second),
  previousConfig: configOf(runs.first),
  executionArn: executionArn('e2'),
  maxWaitMinutes: 60,
  ...changes,
});

export const championOf = (version: number, runId: string, promotedAt: string) => ({
  runId,
  modelPackageArn: packageArn(version),
  modelPackageVersion: version,
  modelName: configOf(runId),
  endpointName,
  endpointConfigName: configOf(runId),
  promotedAt,
});
