import { DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import * as z from 'zod';
import { judgeServing, type KnownEndpoint, type Serving } from '#domain/deployment/serving';
import { deploymentKeys } from '#domain/deployment/target';
import { resultPrefix } from '#domain/endpoint-tests/suite';
import { endpointName, runResourceName } from '#domain/naming';
import { outcomeItems } from '#domain/outcomes/layout';
import type { FormerChampion } from '#domain/registry/model-history';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { endpoints } from '#functions/aws/endpoints';
import { isSageMakerMissing } from '#functions/aws/sagemaker-errors';
import type { BatchRecord } from '#schemas/records/batch';
import { runCostsSchema } from '#schemas/records/costs';
import { type Decision, decisionSchema } from '#schemas/records/decision';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { type LabelWindow, labelWindowSchema } from '#schemas/records/label-window';
import { profileSchema } from '#schemas/records/profile';
import { type Retirement, retirementSchema } from '#schemas/records/retirement';
import {
  championSchema,
  dropRecordSchema,
  pinnedAlgorithmSchema,
  type TrainingRecord,
  trainingRecordSchema,
} from '#schemas/records/run';
import { testResultSchema } from '#schemas/records/test-result';
import { listBatches } from '../batches.ts';
import { type Challenges, readChallenges } from '../challenges.ts';
import { describeVersion, listItems, packageOfVersion } from '../model-versions.ts';
import { readRecord } from '../read-record.ts';
import { getState } from '../runs.ts';
import type { Target } from '../target.ts';

/** One run of an endpoint's tests, as RecordTestResults stores it. */
const suiteResultSchema = z.object({
  startedAt: z.string(),
  trigger: z.enum(['deploy', 'update', 'manual']),
  passed: z.boolean(),
  endpointConfigName: z.string(),
  results: z.array(testResultSchema),
  only: z.array(z.string()).optional(),
});
type SuiteResult = z.output<typeof suiteResultSchema>;

/** The last drift check: `drift` in the state table. */
const lastDriftSchema = z.object({
  checkedAt: z.string(),
  rows: z.int().min(0),
  drifted: z.boolean(),
  alarm: z.boolean().optional(),
  performance: z.string().optional(),
  fellSilent: z.boolean().default(false),
  severity: z.string().optional(),
  decision: z.string().optional(),
  step: z.string().optional(),
  reportKey: z.string(),
});

/** The endpoint, and what the state table knows of the pipeline. */
export interface PipelineRecords extends KnownEndpoint {
  readonly pipeline: string;
  readonly name: string;
  readonly serving: Serving;
  /** From the last one. */
  readonly former: readonly FormerChampion[];
  readonly decisions: readonly Decision[];
  readonly retired: Retirement | undefined;
  readonly drift: z.output<typeof lastDriftSchema> | undefined;
  /** What labels say by window, the newest first. */
  readonly labels: readonly LabelWindow[];
  readonly suites: readonly SuiteResult[];
  readonly challenges: Pick<Challenges, 'current' | 'seen'>;
  /** The newest first. */
  readonly batches: readonly BatchRecord[];
}

async function readModels({ sageMaker }: Target, EndpointConfigName: string | undefined): Promise<string[]> {
  if (EndpointConfigName === undefined) return [];
  try {
    const { ProductionVariants = [] } = await sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    return ProductionVariants.map((variant) => variant.ModelName ?? '');
  } catch (error) {
    // an endpoint may outlive its config
    if (isSageMakerMissing(error)) return [];
    throw error;
  }
}

/** Reads what is known of a pipeline's endpoint. */
export async function readPipelineRecords(target: Target, pipeline: string): Promise<PipelineRecords> {
  const { StateTableName: state, EndpointTestsTableName: tests } = target.outputs;
  const name = endpointName(target.stage, pipeline);
  const endpoint = await endpoints(target.sageMaker).read(name);
  const [models, champion, lock, retired, drift, former, decisions, labels, suites, challenges, batches] =
    await Promise.all([
      readModels(target, endpoint?.config),
      getState(target, pipeline, deploymentKeys.champion),
      getState(target, pipeline, deploymentKeys.lock),
      getState(target, pipeline, deploymentKeys.retired),
      getState(target, pipeline, 'drift'),
      listItems(target, state, pipeline, deploymentKeys.formerChampion('')),
      listItems(target, state, pipeline, 'decision#'),
      listItems(target, state, pipeline, outcomeItems.windows),
      listItems(target, tests, name, resultPrefix),
      readChallenges(target, pipeline),
      listBatches(target, pipeline),
    ]);
  const known: KnownEndpoint = {
    endpoint,
    models,
    champion: champion && championSchema.parse(champion),
    deployment: lock === undefined ? undefined : String(lock['executionArn']),
  };
  return {
    ...known,
    pipeline,
    name,
    serving: judgeServing(target.stage, pipeline, known),
    former: former
      .map((item) => ({ ...championSchema.parse(item), supersededAt: String(item['supersededAt']) }))
      .toSorted((a, b) => b.promotedAt.localeCompare(a.promotedAt)),
    decisions: decisions.map((item) => decisionSchema.parse(item)).toSorted((a, b) => b.at.localeCompare(a.at)),
    challenges,
    batches,
    retired: retirementSchema.safeParse(retired).data,
    drift: lastDriftSchema.safeParse(drift).data,
    labels: labels
      .flatMap((item) => labelWindowSchema.safeParse(item).data ?? [])
      .toSorted((a, b) => b.from.localeCompare(a.from)),
    suites: suites
      .flatMap((item) => suiteResultSchema.safeParse(item).data ?? [])
      .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)),
  };
}

/** A registered version, with the records of the run that trained it. A record is undefined where it is not kept (any more). */
export type VersionRecords = Awaited<ReturnType<typeof readVersionRecords>>;

/** Reads what is known of a version. */
export async function readVersionRecords(target: Target, pipeline: string, modelPackageArn: string) {
  const registered = await describeVersion(target, modelPackageArn);
  const { version, runId } = registered;
  const claim = await getState(target, pipeline, deploymentKeys.claim(version));
  const run: RunPointer | undefined = runId === undefined ? undefined : { pipeline, runId };
  const keys = run && artifactKeys(run);
  const read = <T extends z.ZodType>(key: string | undefined, schema: T) =>
    key === undefined ? undefined : readRecord(target, key, schema);
  const [record, drop, config, profile, training, evaluation, verdict] = await Promise.all([
    runId === undefined ? undefined : getState(target, pipeline, deploymentKeys.run(runId)),
    read(keys?.drop, dropRecordSchema),
    read(keys?.config, pinnedAlgorithmSchema),
    read(keys?.profile, profileSchema),
    read(keys?.training, trainingRecordSchema),
    read(keys?.evaluation, evaluationSchema),
    read(keys?.verdict, verdictSchema),
  ]);
  return {
    registered,
    modelPackageArn,
    run,
    claim: deploymentClaimSchema.safeParse(claim).data,
    drop,
    algorithm: config?.training.algorithm,
    profile,
    training,
    costs: runCostsSchema.safeParse(record?.['costs']).data,
    evaluation,
    verdict,
  };
}

/** The name of a run's training job: its own, or the best of a tuning. */
export const trainingJobOf = (stage: string, run: RunPointer, training: TrainingRecord): string =>
  training.trainingJob ?? runResourceName(stage, run);

/**
 * The package of the version to explain: the one that is named, or the one in service. Undefined where nothing known serves.
 *
 * @throws CliError when there is no such version
 */
export async function findVersion(
  target: Target,
  { pipeline, champion, former, serving }: PipelineRecords,
  version: number | undefined,
): Promise<string | undefined> {
  if (version === undefined && serving.run === undefined) return undefined;
  const { runId } = serving.run ?? {};
  const known = [...(champion ? [champion] : []), ...former].find((c) =>
    version === undefined ? c.runId === runId : c.modelPackageVersion === version,
  );
  if (known) return known.modelPackageArn;
  if (version === undefined) {
    const run = await getState(target, pipeline, deploymentKeys.run(runId ?? ''));
    const arn = run?.['modelPackageArn'];
    return typeof arn === 'string' ? arn : undefined;
  }
  return packageOfVersion(target, pipeline, version);
}
