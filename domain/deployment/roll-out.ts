import { type EndpointView, isPassing } from '#domain/deployment/endpoint';
import type { Deployment } from '#schemas/records/deployment';

/** What became of a roll-out so far, and why. */
export type RollOutJudgement =
  | { readonly outcome: 'serving' }
  | { readonly outcome: 'waiting' | 'failed'; readonly reason: string };

const failed = (reason: string): RollOutJudgement => ({ outcome: 'failed', reason });

/**
 * Whether an endpoint serves what a deployment asked of it. In service on another config it does not: SageMaker went back by
 * itself, which it does without always giving a reason (Developer Guide, "Auto-Rollback Configuration and Monitoring").
 *
 * @param waitedSeconds how long it has been waited for
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
  if (!endpoint || endpoint.status === 'Deleting') return failed(`The endpoint ${endpointName} was deleted meanwhile`);
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
