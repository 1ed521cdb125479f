import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { predictionDimensions, predictionMetric, unloggedMetric } from '#domain/serving/prediction-metric';
import { logger } from '#functions/runtime/logger';

const metrics = new Metrics({ namespace: predictionMetric.namespace, serviceName: predictionMetric.service });

/** Reports that a prediction was answered and not logged: a line, and the metric `PredictionNotLogged`. @param reason name of the error */
export function publishUnlogged(reason: string): void {
  logger.warn('a prediction was not logged', { errorName: reason });
  metrics.addMetric(unloggedMetric, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

/** Below the hundred at which the library writes a line by itself and forgets its dimensions. */
const valuesPerLine = 99;

/**
 * Publishes what a fleet predicted through the function's log: CloudWatch reads metrics from lines of this form, so a prediction waits
 * for no further request (Amazon CloudWatch User Guide, "Embedding metrics within logs").
 */
export function publishPredictions(
  { endpointName, endpointConfigName }: { readonly endpointName: string; readonly endpointConfigName: string },
  predicted: Float64Array,
): void {
  for (let from = 0; from < predicted.length; from += valuesPerLine) {
    metrics.addDimensions(predictionDimensions(endpointName, endpointConfigName));
    for (const value of predicted.subarray(from, from + valuesPerLine)) {
      metrics.addMetric(predictionMetric.name, MetricUnit.NoUnit, value);
    }
    metrics.publishStoredMetrics();
  }
}
