import { approvalKeys } from '#domain/registry/approval-keys';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import type { Decided } from '#schemas/events/decision';
import { approvalClaimSchema, type RefusalCode, voteSchema } from '#schemas/records/approval';

/** A person's decision on a version as it stands since a time. */
export interface OneDecision {
  readonly pipeline: string;
  readonly version: number;
  /** When the version came into its present state, ISO 8601. */
  readonly since: string;
  readonly id: string;
  readonly requestedAt: string;
  readonly by: string | undefined;
  readonly via: 'slack' | 'command';
}

/** An execution that holds a decision and did not carry it out within this time is taken for dead. */
const patienceMs = 10 * 60_000;

/** The answer to what is not done. @param reason for the person who asked */
export const refuse = (code: RefusalCode, reason: string, version: number | undefined): Decided => ({
  decision: 'refused',
  version: version ?? null,
  code,
  reason,
});

/**
 * Counts an approval where two persons must approve.
 *
 * @returns what to answer while others must still approve; undefined when there are enough
 */
export async function countApproval(
  store: StateStore,
  needed: number,
  { pipeline, version, since, by, via, requestedAt, id }: OneDecision,
): Promise<Decided | undefined> {
  if (needed < 2) return undefined;
  if (via === 'command' || by === undefined) {
    return refuse(
      'two-persons',
      `${needed} persons must approve a version of ${pipeline}, and only Slack tells them apart: use the buttons there.`,
      version,
    );
  }
  const key = approvalKeys.vote(version, since, by);
  if (!(await store.put(pipeline, key, { by, at: requestedAt, id }, ifAbsent))) {
    // a retry of the same request has found its own approval
    if ((await store.get(pipeline, key))?.['id'] !== id) {
      return refuse('own-approval', `You have approved version ${version} already; another person must too.`, version);
    }
  }
  const votes = (await store.list(pipeline, approvalKeys.votes(version, since))).map((item) => voteSchema.parse(item));
  return votes.length < needed
    ? { decision: 'counted', version, voters: votes.map((vote) => vote.by), needed }
    : undefined;
}

/**
 * Makes this request the one that decides on the version as it stands: of several at the same moment, one. A request that was lost
 * before it changed the registry is replaced after a while.
 *
 * @returns who decided instead; undefined when this request may go on
 */
export async function claimDecision(
  store: StateStore,
  { pipeline, version, since, id, by }: OneDecision,
  status: 'Approved' | 'Rejected',
  now: number,
): Promise<Decided | undefined> {
  const key = approvalKeys.claim(version, since);
  const claim = { id, status, at: new Date(now).toISOString(), ...(by === undefined ? {} : { by }) };
  if (await store.put(pipeline, key, claim, ifAbsent)) return undefined;
  const other = approvalClaimSchema.parse(await store.get(pipeline, key));
  if (other.id === id) return undefined;
  const isDead = now - Date.parse(other.at) > patienceMs;
  if (isDead && (await store.put(pipeline, key, claim, ifEquals('id', other.id)))) return undefined;
  const done = other.status === 'Approved' ? 'approved' : 'rejected';
  return refuse('decided-already', `Somebody has just ${done} version ${version} of ${pipeline}.`, version);
}
