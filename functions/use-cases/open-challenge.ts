import type * as z from 'zod';
import { settleMs } from '#domain/challenges/looks';
import { challengeMode } from '#domain/challenges/registry';
import { planRollOut } from '#domain/deployment/endpoint';
import { createEndpointRequest, type DeploymentEnvironment, endpointConfigRequest } from '#domain/deployment/requests';
import { deploymentKeys } from '#domain/deployment/target';
import { DeploymentError, TransientError } from '#domain/errors';
import { challengerConfigName, challengerEndpointName, runResourceName } from '#domain/naming';
import { artifactKeys, predictionKey, type RunPointer } from '#domain/runs/layout';
import { firstIdOf } from '#domain/serving/inference-id';
import { unreachable } from '#domain/unreachable';
import { readChallenge, readPastChallenge } from '#functions/claims/challenges';
import { settleChallenged } from '#functions/claims/deployment-claims';
import type { Endpoints } from '#functions/ports/endpoints';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import { endChallenge } from '#functions/use-cases/end-challenge';
import type { ChallengeStep, openChallengeSchema } from '#schemas/events/challenge';
import { pipelineSchema } from '#schemas/pipeline';
import type { Challenge } from '#schemas/records/challenge';
import type { Deployment } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';

/** The dependencies of opening a challenge. */
export interface OpeningPorts {
  readonly environment: DeploymentEnvironment;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly endpoints: Omit<Endpoints, 'update'>;
  /** Creates the run's SageMaker model unless it exists. */
  readonly ensureModel: (run: RunPointer) => Promise<unknown>;
  /** The time by the clock of functions, which makes the ids of requests: milliseconds since 1970. */
  readonly now: () => number;
}

type OpenEvent = z.output<typeof openChallengeSchema>;

/** The name of an execution is the id of its challenge. */
const idOf = (executionArn: string): string => executionArn.slice(executionArn.lastIndexOf(':') + 1);

/** What serves the challenger: never captured, scaled or watched by alarms, which are the champion's. */
function challengerOf({ environment: { stage } }: OpeningPorts, event: OpenEvent, maxWaitMinutes: number): Deployment {
  const run = { pipeline: event.pipeline, runId: event.runId };
  return {
    decision: 'deploy',
    run,
    modelPackageArn: event.modelPackageArn,
    modelPackageVersion: event.modelPackageVersion,
    modelName: runResourceName(stage, run),
    endpointName: challengerEndpointName(stage, event.pipeline),
    endpointConfigName: challengerConfigName(stage, run),
    previousConfig: null,
    executionArn: event.executionArn,
    decidedAt: event.approvedAt,
    maxWaitMinutes,
  };
}

/** @throws TransientError when the endpoint must settle first */
async function createEndpoint(
  { environment, endpoints, ensureModel }: OpeningPorts,
  deployment: Deployment,
  pipeline: z.output<typeof pipelineSchema>,
): Promise<void> {
  const { run, endpointName, endpointConfigName } = deployment;
  await ensureModel(run);
  const uncaptured = { ...pipeline, deployment: { ...pipeline.deployment, capturePercentage: 0 } };
  await endpoints.ensureConfig(endpointConfigRequest(deployment, uncaptured, environment));
  const step = planRollOut(await endpoints.read(endpointName), endpointConfigName, false);
  switch (step.action) {
    case 'create':
      return endpoints.create(createEndpointRequest(deployment, environment));
    case 'none':
      return;
    case 'recreate':
    case 'update':
      // nobody is answered by it: what is left of an earlier challenge, or failed, goes
      await endpoints.remove(endpointName);
      throw new TransientError(`${endpointName} is being deleted and will be created again.`);
    case 'wait':
      throw new TransientError(`${endpointName}: ${step.reason}`);
    case 'refuse':
      throw new DeploymentError(`${endpointName}: ${step.reason}`);
    default:
      return unreachable(step, 'step of a challenge');
  }
}

/**
 * Opens a challenge: its record, and an endpoint of its own for the challenger. A challenge of an earlier approval is superseded. A retry
 * changes nothing.
 *
 * @throws TransientError when an endpoint must settle first; DeploymentError when the two models cannot be compared
 */
export async function openChallenge(ports: OpeningPorts, event: OpenEvent): Promise<ChallengeStep> {
  const { store, artifacts } = ports;
  const { pipeline, modelPackageVersion: version, approvedAt, executionArn, openedAt } = event;
  const id = idOf(executionArn);
  const ignore = async (reason: string): Promise<ChallengeStep> => {
    await settleChallenged(store, { pipeline, version, approvedAt }, { status: 'superseded', reason });
    return { step: 'ignore', reason };
  };
  if (await readPastChallenge(store, pipeline, version, id)) {
    return { step: 'ignore', reason: `the challenge of version ${version} has ended` };
  }
  if (await store.get(pipeline, deploymentKeys.retired)) {
    return ignore(`pipeline ${pipeline} was retired`);
  }
  const item = await store.get(pipeline, deploymentKeys.champion);
  if (!item) return ignore(`no model of ${pipeline} serves`);
  const champion = championSchema.parse(item);
  const current = await readChallenge(store, pipeline);
  if (current && current.executionArn !== executionArn) {
    if (current.approvedAt > approvedAt) {
      return ignore(`version ${current.challenger.modelPackageVersion} was approved later`);
    }
    const reasons = [`Version ${version} was approved later and takes its place.`];
    await endChallenge(ports, current, { end: 'superseded', reasons, measures: {}, at: openedAt });
  }
  const run = { pipeline, runId: event.runId };
  const config = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const settings = config.deployment.challenge;
  if (!settings) return ignore(`version ${version} has no challenge`);
  const deployment = challengerOf(ports, event, config.deployment.maxWaitMinutes);
  const challenge: Challenge = {
    id,
    status: 'opening',
    pipeline,
    mode: challengeMode(settings.mode).name,
    settings,
    challenger: deployment,
    champion: { runId: champion.runId, modelPackageVersion: champion.modelPackageVersion },
    approvedAt,
    executionArn,
    openedAt,
    logFrom: predictionKey(pipeline, firstIdOf(ports.now() - settleMs)),
  };
  await store.put(pipeline, deploymentKeys.challenge, challenge, ifAbsent);
  if ((await readChallenge(store, pipeline))?.executionArn !== executionArn) {
    throw new TransientError(`Another challenge of ${pipeline} was opened in the meantime.`);
  }
  await createEndpoint(ports, deployment, config);
  return { step: 'await', deployment };
}
