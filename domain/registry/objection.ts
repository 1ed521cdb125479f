import type { ApprovalStatus } from '#domain/registry/decision';
import type { DeploymentClaim } from '#schemas/records/deployment';

/** What is known of a version that somebody wants to approve or reject. */
export interface VersionFacts {
  readonly pipeline: string;
  readonly version: number;
  /** Its present status. */
  readonly status: string | undefined;
  /** The version in service, if there is one. */
  readonly serving: number | undefined;
  /** When the pipeline was retired, ISO 8601; undefined while it is not. */
  readonly retiredAt: string | undefined;
  /** The status of the version's last deployment. */
  readonly deployment: DeploymentClaim['status'] | undefined;
}

/** Why a decision on a version is pointless or dangerous, with the command that helps; undefined when it is neither. */
export function objection(
  { pipeline, version, status: before, serving, retiredAt, deployment }: VersionFacts,
  status: Exclude<ApprovalStatus, 'PendingManualApproval'>,
): string | undefined {
  const model = `Version ${version} of ${pipeline}`;
  if (retiredAt !== undefined && status === 'Approved') {
    return `${model} would not be deployed: the pipeline was retired on ${retiredAt.slice(0, 10)}. To take that back: npx tidegate retire ${pipeline} --undo.`;
  }
  if (status === 'Rejected') {
    if (serving === version) {
      return `${model} serves now, and rejecting it would not stop it. Go back first: npx tidegate rollback ${pipeline}. Without an earlier version: npx tidegate retire ${pipeline}.`;
    }
    return before === status ? `${model} is rejected already.` : undefined;
  }
  if (before !== status) return undefined;
  if (serving === version) return `${model} is approved already and serves.`;
  if (deployment === 'waiting' || deployment === 'deploying') {
    return `${model} is approved already and is being deployed. Slack shows the result.`;
  }
  if (deployment === 'challenging') {
    return `${model} is approved already and challenges the champion: npx tidegate challenge show ${pipeline}`;
  }
  if (serving !== undefined || deployment === 'promoted') {
    const now = serving === undefined ? 'none' : `version ${serving}`;
    return `${model} is approved already, and ${now} serves. To deploy it again: npx tidegate rollback ${pipeline} ${version}.`;
  }
  return `${model} is approved already, and its deployment ${deployment === 'failed' ? 'failed' : 'has not begun'}. Reject it and approve it again to deploy it.`;
}
