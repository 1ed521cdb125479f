import { durationMs } from '#domain/constraints/times';
import { type RegistrySettings, slackUserPattern } from '#domain/registry/settings';

/** Who may decide on a pipeline's versions in Slack, and how. */
export interface ApprovalRules {
  /** Ids of Slack users, each once. */
  readonly approvers: readonly string[];
  /** How many different persons must approve. */
  readonly approvals: number;
  /** How long the buttons in Slack can be used, in milliseconds. */
  readonly buttonsMs: number;
  /** How long a version may wait for approval, in milliseconds; undefined: for ever. */
  readonly waitsMs: number | undefined;
}

/** How long the buttons can be used where the pipeline does not say. */
export const defaultExpiry = '14d';

/**
 * The rules of a pipeline in a stage.
 *
 * @param stageApprovers ids of Slack users, separated by commas or blanks: who decides where the pipeline names nobody. What is no id
 *   is left out, so a mistake lets nobody in
 */
export function approvalRules(
  { approvers, approvals, expiresAfter }: Pick<RegistrySettings, 'approvers' | 'approvals' | 'expiresAfter'>,
  stageApprovers: string,
): ApprovalRules {
  const ofStage = stageApprovers.split(/[\s,]+/).filter((id) => slackUserPattern.test(id));
  return {
    approvers: [...new Set(approvers ?? ofStage)],
    approvals: approvals ?? 1,
    buttonsMs: durationMs(expiresAfter ?? defaultExpiry),
    waitsMs: expiresAfter === undefined ? undefined : durationMs(expiresAfter),
  };
}

/** A person as decisions name them: `slack:<user id>`, or the ARN of an IAM identity. */
export const slackPerson = (userId: string): string => `slack:${userId}`;

/** The Slack user of a person; undefined for an IAM identity. */
export const slackUserOf = (person: string): string | undefined => {
  const id = person.startsWith('slack:') ? person.slice('slack:'.length) : '';
  return slackUserPattern.test(id) ? id : undefined;
};

/**
 * Whether a waiting version can no longer be approved.
 *
 * @param since when the version began to wait, ISO 8601
 * @param now milliseconds since the epoch
 */
export const hasExpired = ({ waitsMs }: Pick<ApprovalRules, 'waitsMs'>, since: string, now: number): boolean =>
  waitsMs !== undefined && now - Date.parse(since) > waitsMs;
