import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logger } from '#functions/runtime/logger';

const metrics = new Metrics({ namespace: 'Tidegate', serviceName: 'slack' });

/** Counts a request to the endpoint for Slack that was not taken: the metric `SlackRequestsRefused`, by the reason. Nothing of the request is logged. */
export function publishUntaken(reason: string): void {
  if (reason === 'no-secret') {
    logger.warn(
      'Requests of Slack are refused: put the signing secret of the Slack app into the secret that SLACK_SIGNING_SECRET names',
    );
  }
  metrics.addDimension('reason', reason);
  metrics.addMetric('SlackRequestsRefused', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
