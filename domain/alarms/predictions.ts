import { predictionDimensions, predictionMetric } from '#domain/serving/prediction-metric';
import { type AlarmKind, alarmPeriod, named, type Watched } from './alarm-kind.ts';

/** Predictions a minute of each fleet below which their means say too little. */
export const fewestPredictions = 20;

const query = (id: string, stat: 'Average' | 'SampleCount', { endpointName }: Watched, config: string) => ({
  Id: id,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: predictionMetric.namespace,
      MetricName: predictionMetric.name,
      Dimensions: named(predictionDimensions(endpointName, config)),
    },
    Period: alarmPeriod,
    Stat: stat,
  },
});

/**
 * Compares what the two fleets predict for the same traffic, minute by minute. A model that was trained on damaged data may pass every
 * gate, because its holdout is damaged alike; live requests are not.
 */
export const predictions = {
  name: 'predictions',
  summary:
    'The difference between the mean predictions of the new and the former fleet: of the probability, or of the value that is predicted. Requests through `predict` count.',
  unit: 'of the prediction',
  example: 0.1,
  max: 1e12,
  tasks: ['binary', 'regression'],
  rule: (limit, watched) => ({
    Metrics: [
      query('newMean', 'Average', watched, watched.endpointConfigName),
      query('newCount', 'SampleCount', watched, watched.endpointConfigName),
      query('formerMean', 'Average', watched, watched.previousConfigName),
      query('formerCount', 'SampleCount', watched, watched.previousConfigName),
      {
        Id: 'difference',
        Label: 'Difference between the mean predictions',
        ReturnData: true,
        Expression: `IF(newCount >= ${fewestPredictions} AND formerCount >= ${fewestPredictions}, ABS(newMean - formerMean), 0)`,
      },
    ],
    Threshold: limit,
  }),
} as const satisfies AlarmKind;
