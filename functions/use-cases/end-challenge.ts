import { isPassing } from '#domain/deployment/endpoint';
import { deploymentKeys } from '#domain/deployment/target';
import { TransientError } from '#domain/errors';
import { unreachable } from '#domain/unreachable';
import { ifOwn } from '#functions/claims/challenges';
import { settleChallenged } from '#functions/claims/deployment-claims';
import type { Endpoints } from '#functions/ports/endpoints';
import type { StateStore } from '#functions/ports/state-store';
import type { Challenge, ChallengeEnd, ChallengeOutcome } from '#schemas/records/challenge';
import type { DeploymentClaim } from '#schemas/records/deployment';

/** The dependencies of ending a challenge. */
export interface EndingPorts {
  readonly store: StateStore;
  readonly endpoints: Pick<Endpoints, 'read' | 'remove' | 'removeConfig'>;
}

/** How the approval that led to a challenge stands after it; undefined when its deployment goes on. */
function claimAfter(end: ChallengeEnd): DeploymentClaim['status'] | undefined {
  switch (end) {
    case 'won':
      return undefined;
    case 'lost':
    case 'failed':
      return 'failed';
    case 'kept':
    case 'stopped':
    case 'superseded':
    case 'retired':
      return 'superseded';
    default:
      return unreachable(end, 'end of a challenge');
  }
}

/** Deletes the challenger's endpoint. One that serves another config belongs to a later challenge. @throws TransientError until it can be deleted */
async function removeEndpoint({ endpoints }: EndingPorts, { challenger }: Challenge): Promise<void> {
  const { endpointName, endpointConfigName } = challenger;
  const endpoint = await endpoints.read(endpointName);
  if (!endpoint || endpoint.config !== endpointConfigName || endpoint.status === 'Deleting') return;
  if (isPassing(endpoint.status)) throw new TransientError(`${endpointName} is ${endpoint.status}.`);
  await endpoints.remove(endpointName);
}

/**
 * Ends a challenge: no more requests reach the challenger, its endpoint and config go, and its record becomes history. The first outcome
 * stays: a retry, or another execution, goes on where the attempt before ended.
 *
 * @returns the challenge as it is kept
 * @throws TransientError until the challenger's endpoint can be deleted
 */
export async function endChallenge(
  ports: EndingPorts,
  challenge: Challenge,
  outcome: ChallengeOutcome,
): Promise<Challenge> {
  const { store, endpoints } = ports;
  const { pipeline, challenger, executionArn, id } = challenge;
  const version = challenger.modelPackageVersion;
  await store.set(
    pipeline,
    deploymentKeys.challenge,
    { status: 'closing', outcome },
    { expression: 'executionArn = :e AND attribute_not_exists(outcome)', values: { ':e': executionArn } },
  );
  const now = await store.get(pipeline, deploymentKeys.challenge);
  const decided = now?.['id'] === id ? ((now['outcome'] as ChallengeOutcome | undefined) ?? outcome) : outcome;
  const ended: Challenge = { ...challenge, status: 'closed', outcome: decided };
  await removeEndpoint(ports, challenge);
  await endpoints.removeConfig(challenger.endpointConfigName);
  await store.put(pipeline, deploymentKeys.pastChallenge(version, id), ended);
  const status = claimAfter(decided.end);
  if (status) {
    const { approvedAt } = challenge;
    const reason = decided.reasons.join(' ');
    await settleChallenged(store, { pipeline, version, approvedAt }, { status, reason, endedAt: decided.at });
  }
  await store.remove(pipeline, deploymentKeys.challenge, ifOwn(executionArn));
  return ended;
}
