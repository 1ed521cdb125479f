import { slackUserOf } from '#domain/registry/approval-rules';
import type { Decision } from '#schemas/records/decision';

/** SageMaker's ModelApprovalStatus (API reference, DescribeModelPackage). */
export type ApprovalStatus = 'Approved' | 'Rejected' | 'PendingManualApproval';

/** What changing a package to a status means. */
export const decisionOfStatus: Readonly<Record<ApprovalStatus, Decision['decision']>> = {
  Approved: 'approved',
  Rejected: 'rejected',
  PendingManualApproval: 'reopened',
};

/** The reason of an approval that no person decided. */
export const automaticApproval = 'registry.approval is auto';

/**
 * The result of recording a decision.
 *
 * @param deploy the model package to deploy again, after a roll-back
 */
export const describeRecorded = (
  pipeline: string,
  { decision, version, at, changedAt, reason }: Decision,
  deploy: string | null,
) => ({
  decision: 'recorded' as const,
  notice: { pipeline, version, decision, at, changedAt },
  announce: reason !== automaticApproval,
  deploy,
});

/**
 * Whether an event reports a status that the version had before it: its description was changed, not its status. A roll-back
 * changes no status. A version without a record waits for its first decision.
 *
 * @param recorded the version's decisions. Events may arrive in any order, and their times are whole seconds.
 * @param superseded whether the version has another status by now. A version that waited before that, and was decided in the same
 * second, is a new one: its registration is no decision.
 */
export function isUnchanged(
  { decision, at }: Pick<Decision, 'decision' | 'at'>,
  recorded: readonly Decision[],
  superseded = false,
): boolean {
  const isNew = superseded && decision === 'reopened';
  const before = recorded
    .filter((d) => d.decision !== 'rolled-back' && (d.at < at || (d.at === at && !isNew)))
    .toSorted((a, b) => b.changedAt.localeCompare(a.changedAt))[0];
  return decision === (before?.decision ?? 'reopened');
}

/**
 * The short name of an IAM identity: the session of an assumed role with its role, the name of a user, or `root`.
 *
 * A Slack user has an id alone.
 *
 * @example identityName('arn:aws:sts::123456789012:assumed-role/MLEngineer/ana') // 'ana (MLEngineer)'
 */
export function identityName(arn: string): string {
  const slackUser = slackUserOf(arn);
  if (slackUser !== undefined) return `${slackUser} (Slack)`;
  const [, , , , account, ...rest] = arn.split(':');
  const [kind, ...path] = rest.join(':').split('/');
  switch (kind) {
    case 'assumed-role':
      return path.length > 1 ? `${path[1]} (${path[0]})` : arn;
    case 'user':
      return path.at(-1) ?? arn;
    case 'root':
      return `root of ${account}`;
    default:
      return arn;
  }
}
