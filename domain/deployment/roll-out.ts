import { type EndpointView, isPassing } from '#domain/deployment/endpoint';
import type { Deployment } from '#schemas/records/deployment';

/** The status of a roll-out, and the reason. */
export type RollOutJudgement =
  | { readonly outcome: 'serving' }
  | { readonly outcome: 'waiting' | 'failed'; readonly reason: string };

const failed = (reason: string): RollOutJudgement => ({ outcome: 'failed', reason });

/**
 * Whether an endpoint serves a deployment's config. If it is in service with another config, SageMaker rolled back by itself,
 * not always with a reason (Developer Guide, "Auto-Rollback Configuration and Monitoring").
 *
 * @param waitedSeconds waiting time so far
 */
export function judgeRollOut(
  endpoint: EndpointView | undefined,
  {
    endpointName,
    endpointConfigName,
    maxWaitMinutes,
  }: Pick<Deployment, 'endpointName' | 'endpointConfigName' | 'maxWaitMinutes'>,
  waitedSeconds: number,
): RollOutJudgement {
  if (!endpoint || endpoint.status === 'Deleting')
    return failed(`The endpoint ${endpointName} was deleted in the meantime`);
  const { status, config, failureReason } = endpoint;
  if (status === 'InService' && config === endpointConfigName) return { outcome: 'serving' };
  const because = failureReason ? `: ${failureReason}` : '';
  if (status === 'InService') {
    return failed(
      `SageMaker rolled the endpoint back to ${config} by itself${because || ` and gave no reason; see the logs in /aws/sagemaker/Endpoints/${endpointName}`}`,
    );
  }
  if (!isPassing(status)) return failed(`The endpoint became ${status}${because}`);
  if (waitedSeconds < maxWaitMinutes * 60) return { outcome: 'waiting', reason: `${endpointName} is ${status}` };
  return failed(`The endpoint was still ${status} after ${maxWaitMinutes} minutes (deployment.maxWaitMinutes)`);
}

/**
 * Adds the alarms that have gone off to the reason of a failed roll-out. SageMaker's own reason may be empty.
 *
 * @param ringing names of alarms, each the config's name, a hyphen and the kind
 */
export function explainAlarms(reason: string, ringing: readonly string[]): string {
  if (ringing.length === 0) return reason;
  const kinds = ringing.map((name) => name.slice(name.lastIndexOf('-') + 1));
  return `${reason} (beyond its limit in deployment.alarms: ${kinds.join(', ')})`;
}
