import { deploymentKeys } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { type DeploymentClaim, deploymentClaimSchema } from '#schemas/records/deployment';

type Running = (executionArn: string) => Promise<boolean>;

/** Whether this execution is the one to deploy, and if not, why. */
export type ClaimResult = { readonly held: true } | { readonly held: false; readonly reason: string };

const settled = new Set<DeploymentClaim['status']>(['promoted', 'failed', 'superseded']);

/**
 * Claims a model version's approval for an execution. Several events may arrive for one approval, each starting an execution:
 * one gets the claim, and asking again gets it the same answer. A later approval of the same version is a claim of its own, and
 * so is the approval of a version that served before: that is how one goes back by hand. The claim of an execution that
 * ended without settling it is taken over.
 */
export async function claimDeployment(
  store: StateStore,
  pipeline: string,
  version: number,
  wanted: DeploymentClaim,
  running: Running,
): Promise<ClaimResult> {
  const key = deploymentKeys.claim(version);
  for (let attempt = 0; attempt < 5; attempt++) {
    const item = await store.get(pipeline, key);
    if (!item) {
      if (await store.put(pipeline, key, wanted, ifAbsent)) return { held: true };
      continue;
    }
    const claim = deploymentClaimSchema.parse(item);
    if (claim.executionArn === wanted.executionArn) {
      return settled.has(claim.status)
        ? { held: false, reason: `this execution settled version ${version} already: ${claim.status}` }
        : { held: true };
    }
    if (settled.has(claim.status)) {
      if (claim.approvedAt === wanted.approvedAt) {
        return { held: false, reason: `this approval of version ${version} was carried out: ${claim.status}` };
      }
    } else if (await running(claim.executionArn)) {
      return { held: false, reason: `version ${version} is being deployed by ${claim.executionArn}` };
    }
    const unchanged = {
      expression: 'executionArn = :e AND #s = :s',
      names: { '#s': 'status' },
      values: { ':e': claim.executionArn, ':s': claim.status },
    };
    if (await store.put(pipeline, key, wanted, unchanged)) return { held: true };
  }
  throw new TransientError(
    `The claim on version ${version} of ${pipeline} changed hands five times while it was asked for`,
  );
}

/** Says how a claimed deployment stands. Changes nothing when another execution holds the claim. */
export async function settleClaim(
  store: StateStore,
  pipeline: string,
  version: number,
  executionArn: string,
  outcome: { readonly status: DeploymentClaim['status'] } & Readonly<Record<string, unknown>>,
): Promise<void> {
  await store.set(pipeline, deploymentKeys.claim(version), outcome, ifEquals('executionArn', executionArn));
}

/**
 * Takes a pipeline's deployment lock: its endpoint is changed by one execution at a time. A holder that no longer runs is replaced.
 *
 * @returns undefined when it is held, else the execution that holds it
 */
export async function lockEndpoint(
  store: StateStore,
  pipeline: string,
  wanted: { readonly executionArn: string; readonly version: number; readonly startedAt: string },
  running: Running,
): Promise<string | undefined> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const lock = await store.get(pipeline, deploymentKeys.lock);
    const holder = lock?.['executionArn'];
    if (holder === wanted.executionArn) return undefined;
    if (!lock) {
      if (await store.put(pipeline, deploymentKeys.lock, wanted, ifAbsent)) return undefined;
      continue;
    }
    if (await running(String(holder))) return String(holder);
    if (await store.put(pipeline, deploymentKeys.lock, wanted, ifEquals('executionArn', holder))) return undefined;
  }
  throw new TransientError(`The deployment lock of ${pipeline} changed hands five times while it was asked for`);
}

/** Gives the lock back; one that another execution holds is left alone. */
export async function unlockEndpoint(store: StateStore, pipeline: string, executionArn: string): Promise<void> {
  await store.remove(pipeline, deploymentKeys.lock, ifEquals('executionArn', executionArn));
}
