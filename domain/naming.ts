import { createHash } from 'node:crypto';
import type { RunPointer } from '#domain/runs/layout';

/** A stage's name: at most 7 lower-case letters and digits, a letter first. */
export const stageNamePattern = /^[a-z][a-z0-9]{0,6}$/;

/**
 * Names of Tidegate's SageMaker resources. All are within SageMaker's 63 characters: `tidegate-` 9, stage at most 7 and a hyphen,
 * pipeline at most 22 and a hyphen, run id 20, suffix 2.
 */
const prefix = (stage: string, pipeline: string): string => `tidegate-${stage}-${pipeline}`;

/** The pipeline's only endpoint. */
export const endpointName = (stage: string, pipeline: string): string => prefix(stage, pipeline);

/** No pipeline's name has a capital letter, so no pipeline's endpoint has this end. */
const challengerSuffix = '-Challenger';

/** The endpoint of a pipeline's challenger: 50 characters at most. */
export const challengerEndpointName = (stage: string, pipeline: string): string =>
  `${prefix(stage, pipeline)}${challengerSuffix}`;

/** Whether an endpoint is one of a challenger. */
export const isChallengerEndpoint = (name: string): boolean => name.endsWith(challengerSuffix);

/** The endpoint of the champion, of which a challenger's endpoint has the tests; any other name as it is. */
export const championEndpointOf = (name: string): string =>
  isChallengerEndpoint(name) ? name.slice(0, -challengerSuffix.length) : name;

/** The endpoint config of a run's model while it is a challenger: 62 characters at most. It goes when the challenge ends. */
export const challengerConfigName = (stage: string, run: RunPointer): string => `${runResourceName(stage, run)}-c`;

/** The name shared by a run's training job, model and endpoint config. */
export const runResourceName = (stage: string, run: RunPointer): string =>
  `${prefix(stage, run.pipeline)}-${run.runId}`;

/**
 * Hyperparameter tuning job of a run. SageMaker allows 32 characters here, not 63, so a digest replaces the run id: `tidegate-` 9,
 * stage at most 7 and a hyphen, the pipeline's first 4 and a hyphen, 10 hex digits. Its training jobs are named after it.
 */
export function tuningJobName(stage: string, run: RunPointer): string {
  const digest = createHash('sha256').update(`${run.pipeline}/${run.runId}`).digest('hex').slice(0, 10);
  return `${prefix(stage, run.pipeline.slice(0, 4))}-${digest}`;
}

const transformSuffix = { candidate: 'n', champion: 'o', batch: 'b' } as const;

/** Batch transform job that scores a run's holdout, or a batch. */
export const transformJobName = (stage: string, run: RunPointer, rows: keyof typeof transformSuffix): string =>
  `${runResourceName(stage, run)}-${transformSuffix[rows]}`;

/** The model package group of a pipeline. */
export const modelPackageGroupName = (stage: string, pipeline: string): string => prefix(stage, pipeline);

/** The pipeline of a group, endpoint or run resource name, or undefined when it does not belong to this stage. */
export function pipelineOfGroup(stage: string, group: string): string | undefined {
  const start = prefix(stage, '');
  return group.startsWith(start) ? group.slice(start.length) : undefined;
}

/** The pipeline of an endpoint, a champion's or a challenger's, or undefined when it does not belong to this stage. */
export const pipelineOfEndpoint = (stage: string, name: string): string | undefined =>
  pipelineOfGroup(stage, championEndpointOf(name));

/**
 * The id of a run: its start time to the second, and four hex digits to distinguish starts in the same second.
 *
 * @param startedAt ISO 8601, as Step Functions gives `$states.context.Execution.StartTime`
 * @param digest hex digest of what makes the run unique
 */
export function makeRunId(startedAt: string, digest: string): string {
  const digits = new Date(startedAt).toISOString().replaceAll(/[-:]/g, '').slice(0, 15).replace('T', '-');
  return `${digits}-${digest.slice(0, 4)}`;
}
