import { RegistrationError, StillRunningError } from '#domain/errors';
import { modelCard } from '#domain/model-card/content';
import { modelPackageGroupName } from '#domain/naming';
import { automaticApproval } from '#domain/registry/decision';
import { modelPackageRequest, type Registration } from '#domain/registry/model-package';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { modelDataUrl } from '#domain/training/plan';
import type { ModelRegistry } from '#functions/ports/model-registry';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';

/** The dependencies of registering. */
export interface RegistrationPorts {
  readonly environment: Registration['environment'];
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly registry: Omit<ModelRegistry, 'decide'>;
}

/** Registers the package. The client token is the run's, so a retry registers nothing twice. */
async function registerPackage(
  { environment, artifacts, registry }: RegistrationPorts,
  run: RunPointer,
  pipeline: Pipeline,
): Promise<string> {
  const keys = artifactKeys(run);
  const evaluationText = await artifacts.readText(keys.evaluation);
  const evaluation = evaluationSchema.parse(JSON.parse(evaluationText));
  const training = await artifacts.readJson(keys.training, trainingRecordSchema);
  const drop = await artifacts.readJson(keys.drop, dropRecordSchema);
  const card = modelCard({
    run,
    pipeline,
    drop,
    profile: await artifacts.readJson(keys.profile, profileSchema),
    training,
    evaluation,
    verdict: await artifacts.readJson(keys.verdict, verdictSchema),
    modelUri: modelDataUrl(run, training, environment),
    artifactsBucket: environment.artifactsBucket,
  });
  const group = modelPackageGroupName(environment.stage, run.pipeline);
  await registry.ensureGroup(group, run.pipeline, pipeline.description);
  return registry.register(
    modelPackageRequest({
      run,
      pipeline,
      drop,
      metrics: Object.fromEntries(Object.entries(evaluation.metrics).map(([name, { value }]) => [name, value])),
      training,
      card,
      evaluationDigest: sha256Hex(evaluationText),
      environment,
    }),
  );
}

/**
 * SageMaker completes a package after CreateModelPackage has answered, and does not accept changes before that.
 *
 * @throws StillRunningError until then; RegistrationError when it failed
 */
async function requireCompleted({ registry }: RegistrationPorts, modelPackageArn: string): Promise<void> {
  const { creation } = await registry.read(modelPackageArn);
  switch (creation.status) {
    case 'Completed':
      return;
    case 'Pending':
    case 'InProgress':
      throw new StillRunningError(`${modelPackageArn} is ${creation.status}`);
    case 'Failed':
    case 'Deleting':
      throw new RegistrationError(
        `SageMaker's model registry made ${modelPackageArn} ${creation.status}: ${creation.reason || 'it gave no reason'}. Delete that version and retrain.`,
      );
    default:
      return creation satisfies never;
  }
}

/**
 * Registers a candidate that passed its gates, with metrics and lineage, and approves it if the pipeline is set to. The
 * package is in the run's record before it is approved, so the run knows of every deployment.
 *
 * @throws StillRunningError until SageMaker has completed the package: the machine retries; RegistrationError when it failed
 */
export async function registerModel(
  ports: RegistrationPorts,
  { run }: { readonly run: RunPointer },
): Promise<{ modelPackageArn: string }> {
  const { artifacts, store, registry } = ports;
  const key = `run#${run.runId}`;
  const record = await store.get(run.pipeline, key);
  const known = record?.['modelPackageArn'];
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const modelPackageArn = typeof known === 'string' ? known : await registerPackage(ports, run, pipeline);
  if (known === undefined) {
    await store.set(run.pipeline, key, {
      modelPackageArn,
      modelPackageVersion: Number(modelPackageArn.slice(modelPackageArn.lastIndexOf('/') + 1)),
      approval: 'PendingManualApproval',
    });
  }
  if (record?.['approval'] !== 'Approved') await requireCompleted(ports, modelPackageArn);
  if (pipeline.registry.approval === 'auto' && record?.['approval'] !== 'Approved') {
    await registry.approve(modelPackageArn, automaticApproval);
    await store.set(run.pipeline, key, { approval: 'Approved' });
  }
  return { modelPackageArn };
}
