import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { predictionDimensions, predictionMetric } from '#domain/serving/prediction-metric';

const metrics = new Metrics({ namespace: predictionMetric.namespace, serviceName: predictionMetric.service });

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
