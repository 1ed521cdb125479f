/**
 * The metric of what models predict. `predict` publishes it while the alarm `predictions` watches a roll-out, and not otherwise,
 * because each config is a metric that is paid for.
 */
export const predictionMetric = { namespace: 'Tidegate', name: 'Prediction', service: 'tidegate' } as const;

/** The metric of predictions that the prediction log should have and has not. */
export const unloggedMetric = 'PredictionNotLogged';

/** The dimensions that separate the predictions of one fleet from those of another. */
export const predictionDimensions = (
  endpointName: string,
  endpointConfigName: string,
): Readonly<Record<string, string>> => ({
  service: predictionMetric.service,
  EndpointName: endpointName,
  EndpointConfigName: endpointConfigName,
});
