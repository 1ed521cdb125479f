import type * as z from 'zod';
import { scalingOf } from '#domain/deployment/asynchronous';
import { configToReturnTo } from '#domain/deployment/endpoint';
import { alarmNames } from '#domain/deployment/requests';
import { deploymentKeys, locatePackage, runOfConfig } from '#domain/deployment/target';
import { DeploymentError, EndpointBusyError, NotFoundError } from '#domain/errors';
import { endpointName as endpointOf, runResourceName } from '#domain/naming';
import { resolveRollOut } from '#domain/roll-outs/pace';
import { artifactKeys } from '#domain/runs/layout';
import { hasWon } from '#functions/claims/challenges';
import { claimDeployment, lockEndpoint, settleClaim, unlockEndpoint } from '#functions/claims/deployment-claims';
import type { Endpoints } from '#functions/ports/endpoints';
import type { ModelRegistry } from '#functions/ports/model-registry';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { putDefaultTests } from '#functions/use-cases/put-default-tests';
import type { ChallengeInput } from '#schemas/events/challenge';
import type { DeploymentDecision, prepareDeploymentSchema } from '#schemas/events/deployment';
import { type Deployment, deploymentClaimSchema } from '#schemas/records/deployment';
import { championSchema } from '#schemas/records/run';
import { type ServedConfig, servedConfigSchema } from '#schemas/records/served-config';

/** The dependencies of preparing a deployment. */
export interface PreparationPorts {
  readonly stage: string;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly tests: StateStore;
  readonly registry: Pick<ModelRegistry, 'read'>;
  readonly endpoints: Pick<Endpoints, 'read'>;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
  /** Starts a challenge once: a second call with the same name changes nothing. */
  readonly startChallenge: (name: string, input: ChallengeInput) => Promise<void>;
}

type Served = Pick<ServedConfig['deployment'], 'serverless' | 'asynchronous'>;
type PrepareDeploymentEvent = z.output<typeof prepareDeploymentSchema>;

/** An approved version of one of our pipelines, and the names its deployment uses. */
interface Candidate {
  readonly event: PrepareDeploymentEvent;
  readonly pipeline: string;
  readonly version: number;
  readonly runId: string;
  /** When it was approved, or the roll-back to it was requested. */
  readonly approvedAt: string;
  readonly endpointName: string;
  /** The name of both the model and its endpoint config. */
  readonly name: string;
}

const ignore = (reason: string): DeploymentDecision => ({ decision: 'ignore', reason });

/** The champion and its approval time. If its approval is later, this one is superseded. */
async function readChampion(store: StateStore, pipeline: string) {
  const item = await store.get(pipeline, deploymentKeys.champion);
  if (!item) return undefined;
  const champion = championSchema.parse(item);
  const claim = await store.get(pipeline, deploymentKeys.claim(champion.modelPackageVersion));
  return { ...champion, approvedAt: claim ? deploymentClaimSchema.parse(claim).approvedAt : '' };
}

/** The version that an event approves, or the reason not to deploy it. */
async function readCandidate(
  { stage, registry }: PreparationPorts,
  event: PrepareDeploymentEvent,
): Promise<Candidate | string> {
  const { modelPackageArn, updatedFields, rolledBackAt } = event;
  const target = locatePackage(stage, modelPackageArn);
  if (!target) return `${modelPackageArn} belongs to no pipeline of stage ${stage}`;
  const { pipeline, version } = target;
  // The event reports any change to an approved package: editing the metadata of an old version must not bring it back.
  if (updatedFields.length > 0 && !updatedFields.includes('ModelApprovalStatus')) {
    return `version ${version} of ${pipeline} was changed, not approved: ${updatedFields.join(', ')}`;
  }
  const { status, approvedAt: lastChanged, runId } = await registry.read(modelPackageArn);
  if (status !== 'Approved') return `version ${version} of ${pipeline} is ${status} now`;
  if (runId === undefined) {
    throw new NotFoundError(
      `${modelPackageArn} names no run (CustomerMetadataProperties.run_id): only what the retrain machine registered can be deployed.`,
    );
  }
  const name = runResourceName(stage, { pipeline, runId });
  return {
    event,
    pipeline,
    version,
    runId,
    approvedAt: rolledBackAt ?? lastChanged,
    endpointName: endpointOf(stage, pipeline),
    name,
  };
}

/**
 * Claims the version, then the endpoint.
 *
 * @returns the result when another execution has the version, undefined when this one holds both
 * @throws EndpointBusyError while another deployment changes the endpoint
 */
async function claim(
  { store, isRunning }: PreparationPorts,
  { event, pipeline, version, runId, approvedAt, endpointName, name }: Candidate,
): Promise<DeploymentDecision | undefined> {
  const { executionArn, startedAt, modelPackageArn } = event;
  const wanted = {
    executionArn,
    approvedAt,
    startedAt,
    modelPackageArn,
    runId,
    endpointName,
    endpointConfigName: name,
  };
  const claimed = await claimDeployment(store, pipeline, version, { ...wanted, status: 'waiting' }, isRunning);
  if (!claimed.held) return ignore(claimed.reason);
  const holder = await lockEndpoint(store, pipeline, { executionArn, version, startedAt }, isRunning);
  if (holder === undefined) return undefined;
  throw new EndpointBusyError(`${holder} is changing ${endpointName}. Approve the model again once that has ended.`);
}

/**
 * The name of the challenge of an approval; undefined where the version is deployed at once: it has no challenge or has won one, nothing
 * serves that it could challenge, or a person went back to it.
 */
async function challengeOf(
  { store }: PreparationPorts,
  { pipeline, version, approvedAt, event }: Candidate,
  champion: { readonly modelPackageVersion: number } | undefined,
  { deployment: { challenge } }: ServedConfig,
): Promise<string | undefined> {
  if (!challenge || !champion || champion.modelPackageVersion === version) return undefined;
  if (event.rolledBackAt || event.now || (await hasWon(store, pipeline, version))) return undefined;
  return `${pipeline}-v${version}-${approvedAt.replaceAll(/\D/g, '')}`;
}

/** How the model of an endpoint config is served; undefined when nobody knows. */
async function readServed({ stage, artifacts }: PreparationPorts, pipeline: string, endpointConfigName: string) {
  const run = runOfConfig(stage, pipeline, endpointConfigName);
  if (!run) return undefined;
  return (await artifacts.readJson(artifactKeys(run).config, servedConfigSchema)).deployment;
}

/** What kind of endpoint a model is served by. */
const formOf = ({ serverless, asynchronous }: Served): string =>
  serverless ? 'serverless' : asynchronous ? 'asynchronous' : 'on instances';

/**
 * An endpoint on instances never becomes serverless (SageMaker Developer Guide, "Update a serverless endpoint"): one that was changed the
 * other way could not be rolled back. Callers of an asynchronous endpoint send requests another way, so it stays what it is too.
 *
 * @throws DeploymentError
 */
function refuseConversion(endpointName: string, pipeline: string, former: Served | undefined, wanted: Served): void {
  if (!former || formOf(former) === formOf(wanted)) return;
  throw new DeploymentError(
    `${endpointName} is ${formOf(former)} and the new model is to be ${formOf(wanted)}: SageMaker cannot change that and go back. ` +
      `Run "npx tidegate retire ${pipeline}", then the same with --undo, and train again.`,
  );
}

/**
 * Decides whether an approval leads to a deployment. It does not when the package is not ours, the approval was withdrawn, is
 * a duplicate or is superseded by a later one, or the version is already in service. A version whose pipeline has a challenge starts
 * that first. The result has the config to roll back to.
 *
 * @throws NotFoundError for a package that no run registered; DeploymentError when its endpoint cannot be updated to it; EndpointBusyError while another deployment changes the endpoint
 */
export async function prepareDeployment(
  ports: PreparationPorts,
  event: PrepareDeploymentEvent,
): Promise<DeploymentDecision> {
  const candidate = await readCandidate(ports, event);
  if (typeof candidate === 'string') return ignore(candidate);
  const { pipeline, version, runId, approvedAt, endpointName, name } = candidate;
  const { store, artifacts } = ports;
  const { executionArn, modelPackageArn } = event;
  const run = { pipeline, runId };
  const config = await artifacts.readJson(artifactKeys(run).config, servedConfigSchema);
  const taken = await claim(ports, candidate);
  if (taken) return taken;

  const standDown = async (status: 'promoted' | 'superseded', reason: string) => {
    await settleClaim(store, pipeline, version, executionArn, { status });
    await unlockEndpoint(store, pipeline, executionArn);
    return ignore(reason);
  };
  // Read after the lock was taken: a retirement marks the pipeline first and then looks for the lock.
  const retired = await store.get(pipeline, deploymentKeys.retired);
  if (retired) {
    return standDown('superseded', `pipeline ${pipeline} was retired on ${String(retired['at']).slice(0, 10)}`);
  }
  const champion = await readChampion(store, pipeline);
  const endpoint = await ports.endpoints.read(endpointName);
  if (champion?.modelPackageVersion === version && endpoint?.status === 'InService' && endpoint.config === name) {
    return standDown('promoted', `version ${version} of ${pipeline} serves already`);
  }
  if (champion && champion.modelPackageVersion !== version && champion.approvedAt > approvedAt) {
    return standDown('superseded', `version ${champion.modelPackageVersion} was approved later and serves`);
  }
  const challenge = await challengeOf(ports, candidate, champion, config);
  if (challenge !== undefined) {
    const input = { pipeline, modelPackageArn, modelPackageVersion: version, runId, approvedAt };
    await ports.startChallenge(challenge, input);
    await settleClaim(store, pipeline, version, executionArn, { status: 'challenging' });
    await unlockEndpoint(store, pipeline, executionArn);
    return { decision: 'challenge', challenge };
  }
  await putDefaultTests(ports.tests, endpointName, config, artifacts.uri(artifactKeys(run).golden), {
    at: event.startedAt,
    by: 'deployment',
    comment: `defaults of version ${version}`,
  });
  const previousConfig = configToReturnTo(endpoint, name, champion?.endpointConfigName);
  const served = previousConfig === null ? undefined : await readServed(ports, pipeline, previousConfig);
  refuseConversion(endpointName, pipeline, served, config.deployment);
  const former = served && scalingOf(served);
  const wanted = scalingOf(config.deployment);
  // nothing watches the first deployment: there is nothing to go back to
  const rollOut = previousConfig === null ? undefined : resolveRollOut(config.deployment, event.now === true);
  const watching = rollOut ? alarmNames(name, rollOut) : [];
  const deployment: Deployment = {
    decision: 'deploy',
    run,
    modelPackageArn,
    modelPackageVersion: version,
    modelName: name,
    endpointName,
    endpointConfigName: name,
    previousConfig,
    executionArn,
    decidedAt: approvedAt,
    maxWaitMinutes: config.deployment.maxWaitMinutes,
    ...(watching.length > 0 ? { alarms: watching } : {}),
    ...(rollOut ? { rollOut } : {}),
    ...(former || wanted ? { scaling: { ...(former ? { former } : {}), ...(wanted ? { wanted } : {}) } } : {}),
  };
  await settleClaim(store, pipeline, version, executionArn, { status: 'deploying', deployment });
  return deployment;
}
