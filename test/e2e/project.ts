import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Cloud, type StartOptions, startCloud } from 'embedded-cloud';
import type * as z from 'zod';
import { containerRuntimes } from '#cli/python/xgboost-runtime';
import { slackPage } from '#cli/slack-page/pages';
import { localSigningSecret } from '#cli/slack-page/signing-secret';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { isRawBucket, pageParameters } from '../../cli/console-page/pages.ts';
import { listRuns, type RunRecord, waitForExecution } from '../../cli/runs.ts';
import { closeTarget, type Outputs, type Target } from '../../cli/target.ts';
import { type Ended, watchExecution } from '../../cli/watch.ts';
import { packageProject } from '../support/package-project.ts';

/** A copy of the project, packaged and up in an embedded cloud of its own. */
export interface UpProject {
  readonly cloud: Cloud;
  readonly target: Target;
  readonly stateDir: string;
  /** Drops files and waits for the run they start. */
  drop(
    pipeline: string,
    files: readonly string[],
    folder: string,
  ): Promise<{ ended: Ended; run: RunRecord | undefined; executionArn: string }>;
  readArtifact<S extends z.ZodType>(key: string, schema: S): Promise<z.output<S>>;
  close(): Promise<void>;
}

/** Packages the project with further pipelines beside its own and brings it up. */
export async function startProject(
  pipelines: readonly string[] = [],
  {
    params = {},
    ...options
  }: Pick<StartOptions, 'clock' | 'faults' | 'serviceFactories'> & { params?: Readonly<Record<string, string>> } = {},
): Promise<UpProject> {
  const packaged = packageProject('local', { pipelines, hostBinding: true, params });
  const stateDir = join(packaged.copy, '.tidegate');
  mkdirSync(stateDir);
  const cloud = await startCloud({
    ...options,
    templatePath: packaged.templatePath,
    packageDir: packaged.folder,
    stateDir,
    stackName: 'tidegate-local',
    pages: [slackPage],
    sageMaker: { containers: containerRuntimes },
    parameters: pageParameters,
    hidesKeys: isRawBucket,
    secrets: { SlackTokenSecret: 'xoxb-local', SlackSigningSecret: localSigningSecret(stateDir) },
    ...collectedAudit(),
  });
  const target = openCloudTarget(cloud);
  return {
    cloud,
    target,
    stateDir,
    async drop(pipeline, files, folder) {
      const since = Date.now();
      const prefix = await uploadDrop(target, pipeline, files, { folder });
      const executionArn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
        otherwise: `no run started for ${prefix}`,
      });
      const ended = await watchExecution(target.sfn, executionArn, { silent: true });
      const run = (await listRuns(target, pipeline, 100)).find((r) => r.executionArn === executionArn);
      return { ended, run, executionArn };
    },
    async readArtifact(key, schema) {
      const { Body } = await target.s3.send(
        new GetObjectCommand({ Bucket: target.outputs.ArtifactsBucketName, Key: key }),
      );
      return schema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
    },
    async close() {
      closeTarget(target);
      await cloud.close();
      packaged.remove();
    },
  };
}

/** Where TIDEGATE_AUDIT_DIR is set, the audit log is kept there too, one folder a cloud: `tidegate audit` reads them all. */
export function collectedAudit(): { auditDir?: string } {
  const folder = process.env['TIDEGATE_AUDIT_DIR'];
  return folder === undefined ? {} : { auditDir: join(folder, randomUUID()) };
}

/** What the command line works with, for a cloud that is up. */
export function openCloudTarget(cloud: Pick<Cloud, 'endpoint' | 'region' | 'admin' | 'outputs'>): Target {
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.admin };
  return {
    kind: 'local',
    stage: 'local',
    region: cloud.region,
    outputs: cloud.outputs as unknown as Outputs,
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sfn: new SFNClient(config),
    lambda: new LambdaClient(config),
    sageMaker: new SageMakerClient(config),
    sts: new STSClient(config),
    db: DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } }),
  };
}
