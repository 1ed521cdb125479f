import { artifactStore, rawStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { isRunning } from '#functions/aws/executions';
import { listCurrentVersions } from '#functions/aws/object-versions';
import { runStore } from '#functions/aws/tables';
import type { Config } from '#functions/runtime/config';
import { readPipeline } from '#functions/runtime/pipelines';
import type { AdmissionPorts } from '#functions/use-cases/admit-drop';

/** The variables that admitting files reads. */
export const admissionVariables = [
  'RAW_BUCKET',
  'ARTIFACTS_BUCKET',
  'STATE_TABLE',
  'GIT_COMMIT',
  'LAMBDA_TASK_ROOT',
] as const;

/** The ports of admitting files of the raw bucket, as a drop or as a batch, over AWS. */
export const admissionPorts = (config: Config<(typeof admissionVariables)[number]>): AdmissionPorts => ({
  raw: {
    bucket: config.RAW_BUCKET,
    list: (prefix) => listCurrentVersions(s3Client(), config.RAW_BUCKET, prefix),
  },
  rawRecords: rawStore(config),
  artifacts: artifactStore(config),
  store: runStore(config),
  isRunning: (executionArn) => isRunning(sfnClient(), executionArn),
  readPipeline: (name) => readPipeline(config.LAMBDA_TASK_ROOT, name),
  gitCommit: config.GIT_COMMIT,
});
