import { deploymentKeys } from '#domain/deployment/target';
import { checkClaimKey } from '#domain/drift/windows/layout';
import { TransientError } from '#domain/errors';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import type { ClaimCheck, ClaimedCheck } from '#schemas/events/claim-check';
import { checkClaimSchema } from '#schemas/records/check-claim';

/** The dependencies of claiming a check. */
export interface ClaimCheckPorts {
  readonly store: Pick<StateStore, 'get' | 'put'>;
}

/**
 * Claims the next check of a pipeline for one of the captures that arrive: its execution waits and starts the check, the others end. A claim
 * ends by itself, so an execution that was stopped holds up nothing for longer than it would have waited. A retry keeps its claim.
 *
 * @throws TransientError when another execution claimed at this moment
 */
export async function claimCheck({ store }: ClaimCheckPorts, event: ClaimCheck): Promise<ClaimedCheck> {
  const { pipeline, by, at, everySeconds } = event;
  if (await store.get(pipeline, deploymentKeys.retired)) {
    return { decision: 'claimed', reason: `pipeline ${pipeline} was retired` };
  }
  const item = await store.get(pipeline, checkClaimKey);
  const held = item && checkClaimSchema.parse(item);
  if (held?.by === by) return { decision: 'wait', seconds: everySeconds };
  if (held && Date.parse(held.until) > Date.parse(at)) {
    return { decision: 'claimed', reason: `a check is due at ${held.until}` };
  }
  const until = new Date(Date.parse(at) + everySeconds * 1000).toISOString();
  const isOwn = await store.put(pipeline, checkClaimKey, { by, until }, held ? ifEquals('by', held.by) : ifAbsent);
  if (!isOwn) throw new TransientError(`Another capture of ${pipeline} claims the next check.`);
  return { decision: 'wait', seconds: everySeconds };
}
