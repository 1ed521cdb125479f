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
 * Whether a package's status was already recorded. A roll-back changes no status. A version without a record waits for its
 * first decision.
 *
 * @param recorded the version's decisions, newest first
 */
export function isRecorded(decision: Decision['decision'], recorded: readonly Decision[]): boolean {
  const last = recorded.find((d) => d.decision !== 'rolled-back');
  return decision === (last?.decision ?? 'reopened');
}

/**
 * The short name of an IAM identity: the session of an assumed role with its role, the name of a user, or `root`.
 *
 * @example identityName('arn:aws:sts::123456789012:assumed-role/MLEngineer/ana') // 'ana (MLEngineer)'
 */
export function identityName(arn: string): string {
  const [, , , , account = '', resource = arn] = arn.split(':', 6);
  const [kind, ...path] = arn.split(':').slice(5).join(':').split('/');
  if (kind === 'assumed-role') return `${path[1] ?? ''} (${path[0] ?? ''})`;
  if (kind === 'user') return path.at(-1) ?? resource;
  if (resource === 'root') return `root of ${account}`;
  return arn;
}
