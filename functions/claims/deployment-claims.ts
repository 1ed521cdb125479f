import { deploymentKeys } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { type DeploymentClaim, deploymentClaimSchema } from '#schemas/records/deployment';

type Running = (executionArn: string) => Promise<boolean>;

/** Whether this execution should deploy, and if not, why. */
export type ClaimResult = { readonly held: true } | { readonly held: false; readonly reason: string };

const settled = new Set<DeploymentClaim['status']>(['promoted', 'failed', 'superseded']);

/**
 * Claims the approval of a model version for an execution. One approval may cause several events, and each starts an execution.
 * Only one gets the claim, and a retry gets the same result. A later approval of the same version is a separate claim. So is
 * the approval of an earlier version, which is how a person rolls back. If an execution ended without settling its claim, the
 * next one takes it over.
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
    `The claim on version ${version} of ${pipeline} changed hands five times during the request`,
  );
}

/** Records the status of a claimed deployment. Changes nothing when another execution holds the claim. */
export async function settleClaim(
  store: StateStore,
  pipeline: string,
  version: number,
  executionArn: string,
  outcome: { readonly status: DeploymentClaim['status'] } & Readonly<Record<string, unknown>>,
): Promise<void> {
  await store.set(pipeline, deploymentKeys.claim(version), outcome, ifEquals('executionArn', executionArn));
}

/** Records how the approval ended that led to a challenge. Changes nothing when it goes on as something else. */
export async function settleChallenged(
  store: StateStore,
  {
    pipeline,
    version,
    approvedAt,
  }: { readonly pipeline: string; readonly version: number; readonly approvedAt: string },
  outcome: { readonly status: DeploymentClaim['status']; readonly reason: string; readonly endedAt?: string },
): Promise<void> {
  await store.set(pipeline, deploymentKeys.claim(version), outcome, {
    expression: '#s = :s AND approvedAt = :a',
    names: { '#s': 'status' },
    values: { ':s': 'challenging', ':a': approvedAt },
  });
}

/**
 * Takes a pipeline's deployment lock: only one execution at a time changes its endpoint. A holder that no longer runs is replaced.
 *
 * @returns undefined when this execution holds the lock, else the execution that does
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
  throw new TransientError(`The deployment lock of ${pipeline} changed hands five times during the request`);
}

/** Releases the lock if this execution holds it. */
export async function unlockEndpoint(store: StateStore, pipeline: string, executionArn: string): Promise<void> {
  await store.remove(pipeline, deploymentKeys.lock, ifEquals('executionArn', executionArn));
}
