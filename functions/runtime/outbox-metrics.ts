import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { outboxMetrics } from '#domain/slack/outbox-metrics';

const metrics = new Metrics({ namespace: outboxMetrics.namespace, serviceName: outboxMetrics.service });

/** Publishes through the function's log how many messages wait for Slack, how long the oldest has waited, and how many were given up. */
export function publishOutbox({
  waiting,
  oldestSeconds,
  givenUp,
}: {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly givenUp: number;
}): void {
  metrics.addMetric(outboxMetrics.waiting, MetricUnit.Count, waiting);
  metrics.addMetric(outboxMetrics.age, MetricUnit.Seconds, oldestSeconds);
  metrics.addMetric(outboxMetrics.givenUp, MetricUnit.Count, givenUp);
  metrics.publishStoredMetrics();
}
