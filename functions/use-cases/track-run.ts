import * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { TrackingBusyError, TransientError } from '#domain/errors';
import { modelPackageGroupName } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { type Aliases, aliasesOf } from '#domain/tracking/aliases';
import type { TrackingSettings } from '#domain/tracking/settings';
import { runIdTag, type TrackedRecords, trackedRun } from '#domain/tracking/tracked-run';
import { modelDataUrl } from '#domain/training/plan';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import type { Tracker } from '#functions/ports/tracker';
import { ifThere } from '#functions/runtime/if-there';
import { logger } from '#functions/runtime/logger';
import { readRunTarget } from '#functions/use-cases/run-target';
import { endedRunSchema, type trackRunSchema } from '#schemas/events/track-run';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { profileSchema } from '#schemas/records/profile';
import { championSchema, dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';

/** The dependencies of tracking. */
export interface TrackingPorts {
  readonly stage: string;
  readonly store: StateStore;
  readonly artifacts: ObjectStore;
  /** The tracker of a pipeline's settings. */
  readonly connect: (mlflow: NonNullable<TrackingSettings['mlflow']>) => Promise<Tracker>;
  readonly now: () => number;
}

type TrackRun = z.output<typeof trackRunSchema>;

/** The part of a run's record that tracking needs: `run#<id>` of the state table. */
const stateSchema = z.object({
  runId: z.string(),
  status: z.string(),
  approval: z.string().optional(),
  modelPackageArn: z.string().optional(),
  modelPackageVersion: z.number().optional(),
  failure: z.object({ error: z.string(), message: z.string() }).optional(),
});

/** Longer than one invocation may take (`timeout` in resources/functions.yml). */
const claimMs = 150_000;
const claimKey = 'tracking';

/**
 * The run that an ended execution had; undefined where it had none, such as a drop that was skipped.
 *
 * @throws TransientError while the end of a failed run is not recorded
 */
async function findRun(store: StateStore, { output, input, executionArn }: TrackRun): Promise<RunPointer | undefined> {
  const ended = endedRunSchema.safeParse(output);
  if (ended.success) return ended.data.run;
  // skipped, or a deployment that was not wanted
  if (output !== null && output !== undefined) return undefined;
  const { pipeline } = readRunTarget(input);
  if (pipeline === undefined) return undefined;
  const finished = await store.get(pipeline, `finished#${executionArn}`);
  if (finished) return { pipeline, runId: String(finished['runId']) };
  const lease = await store.get(pipeline, 'lease');
  if (lease?.['holder'] === executionArn)
    throw new TransientError(`The end of ${executionArn} is not recorded yet: recover-run does it.`);
  return undefined;
}

/** What is known of a run. @throws TransientError while it is under way */
async function readRecords(
  { stage, store, artifacts }: TrackingPorts,
  run: RunPointer,
  pipeline: Pipeline,
  { executionArn, endedAt }: TrackRun,
): Promise<TrackedRecords> {
  const keys = artifactKeys(run);
  const state = stateSchema.parse(await store.get(run.pipeline, deploymentKeys.run(run.runId)));
  if (state.status === 'running') throw new TransientError(`The end of run ${run.runId} is not recorded yet.`);
  const training = await ifThere(artifacts.readJson(keys.training, trainingRecordSchema));
  const drop = await artifacts.readJson(keys.drop, dropRecordSchema);
  return {
    run,
    stage,
    status: state.status,
    // a deployment ends long after its run
    endedAt: drop.executionArn === executionArn ? endedAt : undefined,
    failure: state.failure,
    modelPackageArn: state.modelPackageArn,
    modelUri: training && modelDataUrl(run, training, { stage, artifactsBucket: artifacts.bucket }),
    artifactsBucket: artifacts.bucket,
    pipeline,
    drop,
    profile: await ifThere(artifacts.readJson(keys.profile, profileSchema)),
    training,
    evaluation: await ifThere(artifacts.readJson(keys.evaluation, evaluationSchema)),
    verdict: await ifThere(artifacts.readJson(keys.verdict, verdictSchema)),
  };
}

/** Which runs' models have an alias now. */
async function readAliases(store: StateStore, pipeline: string): Promise<Aliases> {
  const champion = await store.get(pipeline, deploymentKeys.champion);
  const runs = await store.list(pipeline, deploymentKeys.run(''));
  return aliasesOf(
    champion && championSchema.parse(champion),
    runs.flatMap((item) => stateSchema.safeParse(item).data ?? []),
  );
}

/** Logs the run, registers its model and sets the aliases. */
async function track(ports: TrackingPorts, run: RunPointer, pipeline: Pipeline, event: TrackRun): Promise<void> {
  const { stage, store, artifacts, connect } = ports;
  const mlflow = pipeline.tracking?.mlflow;
  if (mlflow === undefined) return;
  const records = await readRecords(ports, run, pipeline, event);
  const tracker = await connect(mlflow);
  const trackerRunId = await tracker.logRun(mlflow.experiment ?? run.pipeline, trackedRun(records), (key) =>
    ifThere(artifacts.readText(key)),
  );
  const model = mlflow.model ?? modelPackageGroupName(stage, run.pipeline);
  if (records.modelPackageArn !== undefined && records.modelUri !== undefined) {
    await tracker.registerModel(trackerRunId, {
      name: model,
      description: pipeline.description,
      source: records.modelUri,
      tags: {
        [runIdTag]: run.runId,
        'tidegate.model_package': records.modelPackageArn,
        'tidegate.dataset_version': records.drop.datasetVersion,
      },
    });
  }
  for (const [alias, runId] of Object.entries(await readAliases(store, run.pipeline))) {
    const isSet = await tracker.setAlias(model, alias, runId);
    if (!isSet) logger.info('an alias has no version: its run was not tracked', { alias, runId });
  }
}

/**
 * Logs a run that has ended, or that was deployed, by the tracker that its pipeline named when it was admitted: parameters, metrics, tags,
 * artifacts, the registered version, and the aliases by the state as it is now. A repeated call changes nothing. One execution
 * tracks a pipeline at a time, since a tracker has no way to create a run only once, nor to move two aliases together.
 *
 * @throws TrackingUnavailableError, TransientError and TrackingBusyError for what passes; TrackingRejectedError for what the tracker
 * refuses
 */
export async function trackRun(ports: TrackingPorts, event: TrackRun): Promise<{ tracked: boolean; runId?: string }> {
  const { store, artifacts, now } = ports;
  const run = await findRun(store, event);
  if (run === undefined) return { tracked: false };
  const pipeline = await ifThere(artifacts.readJson(artifactKeys(run).config, pipelineSchema));
  if (pipeline?.tracking?.mlflow === undefined) return { tracked: false, runId: run.runId };
  const { trackedBy } = event;
  const isOurs = await store.put(
    run.pipeline,
    claimKey,
    { execution: trackedBy, until: new Date(now() + claimMs).toISOString() },
    {
      expression: 'attribute_not_exists(pk) OR #e = :e OR #u < :t',
      names: { '#e': 'execution', '#u': 'until' },
      values: { ':e': trackedBy, ':t': new Date(now()).toISOString() },
    },
  );
  if (!isOurs) throw new TrackingBusyError(`Another execution logs a run of ${run.pipeline}.`);
  try {
    await track(ports, run, pipeline, event);
  } finally {
    await store.remove(run.pipeline, claimKey, {
      expression: '#e = :e',
      names: { '#e': 'execution' },
      values: { ':e': trackedBy },
    });
  }
  return { tracked: true, runId: run.runId };
}
