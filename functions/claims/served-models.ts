import { deploymentKeys } from '#domain/deployment/target';
import { PredictionError } from '#domain/errors';
import type { StateStore } from '#functions/ports/state-store';
import { deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';

/** A model that an endpoint may serve. */
export interface ServedModel {
  readonly runId: string;
  readonly modelPackageArn: string;
  readonly modelPackageVersion: number;
  readonly endpointName: string;
}

/** The model that a deployment is putting in service, or taking out again, if one is under way. */
async function readDeploying(store: StateStore, pipeline: string): Promise<ServedModel | undefined> {
  const lock = await store.get(pipeline, deploymentKeys.lock);
  const version = lock?.['version'];
  if (typeof version !== 'number') return undefined;
  const claim = deploymentClaimSchema.safeParse(await store.get(pipeline, deploymentKeys.claim(version)));
  if (!claim.success) return undefined;
  const { runId, modelPackageArn, endpointName } = claim.data;
  return { runId, modelPackageArn, modelPackageVersion: version, endpointName };
}

/**
 * The models that a pipeline's endpoint may serve now: the champion, then the model of the deployment under way. The state table alone
 * is read: SageMaker's control plane is throttled far below the rates of predictions.
 *
 * @throws PredictionError when the pipeline has no champion
 */
export async function readServedModels(store: StateStore, pipeline: string): Promise<ServedModel[]> {
  const [item, deploying] = await Promise.all([
    store.get(pipeline, deploymentKeys.champion),
    readDeploying(store, pipeline),
  ]);
  if (!item) {
    throw new PredictionError(
      `Pipeline ${pipeline} has no model in service. Drop data and approve the model first, or check the pipeline's name.`,
      { problem: 'no-model' },
    );
  }
  const { runId, modelPackageArn, modelPackageVersion, endpointName } = championSchema.parse(item);
  const champion = { runId, modelPackageArn, modelPackageVersion, endpointName };
  return deploying === undefined || deploying.runId === runId ? [champion] : [champion, deploying];
}
