import { describe, expect, it } from 'vitest';
import { ALARMS, alarmKind, alarmsSchema } from '#domain/alarms/registry';

const watched = {
  endpointName: 'endpoint',
  endpointConfigName: 'new',
  variantName: 'AllTraffic',
  previousConfigName: 'old',
};
type OnMetric = Exclude<(typeof ALARMS)[number]['name'], 'predictions'>;
const rule = (name: OnMetric, limit: number) => {
  const found = alarmKind(name).rule(limit, watched);
  if ('Metrics' in found) throw new Error('an expression');
  return found;
};
const dimensions = (name: OnMetric) => Object.fromEntries(rule(name, 1).Dimensions.map((d) => [d.Name, d.Value]));

it.each(['errors', 'latency', 'overhead'] as const)('%s watches the new fleet alone', (name) => {
  expect(dimensions(name)).toEqual({ EndpointName: 'endpoint', EndpointConfigName: 'new', VariantName: 'AllTraffic' });
  expect(rule(name, 1).Namespace).toBe('AWS/SageMaker');
});

it.each(['cpu', 'memory'] as const)('%s watches the instances, which SageMaker measures for the variant', (name) => {
  expect(dimensions(name)).toEqual({ EndpointName: 'endpoint', VariantName: 'AllTraffic' });
  expect(rule(name, 90)).toMatchObject({ Namespace: '/aws/sagemaker/Endpoints', Statistic: 'Maximum', Threshold: 90 });
});

describe('the limit of', () => {
  it('errors is a percentage, and the metric an average of 0 and 1', () => {
    expect(rule('errors', 2)).toMatchObject({
      MetricName: 'Invocation5XXErrors',
      Statistic: 'Average',
      Threshold: 0.02,
    });
  });

  it.each(['latency', 'overhead'] as const)('%s is in milliseconds, and the metric in microseconds', (name) => {
    expect(rule(name, 250)).toMatchObject({ ExtendedStatistic: 'p99', Threshold: 250_000 });
  });

  it('cpu counts every core', () => {
    expect(rule('cpu', 180)).toMatchObject({ MetricName: 'CPUUtilization', Threshold: 180 });
  });
});

describe('predictions', () => {
  const found = alarmKind('predictions').rule(0.1, watched);
  const queries = 'Metrics' in found ? found.Metrics : [];

  it('compares the means of both fleets, where both predicted enough', () => {
    expect(found.Threshold).toBe(0.1);
    expect(queries.filter(({ ReturnData }) => ReturnData).map(({ Expression }) => Expression)).toEqual([
      'IF(newCount >= 20 AND formerCount >= 20, ABS(newMean - formerMean), 0)',
    ]);
    // an alarm reads at most ten (CloudWatch User Guide, "Using metric math")
    expect(queries.length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['newMean', 'Average', 'new'],
    ['newCount', 'SampleCount', 'new'],
    ['formerMean', 'Average', 'old'],
    ['formerCount', 'SampleCount', 'old'],
  ])('reads %s as %s of the fleet with config %s', (id, stat, config) => {
    const query = queries.find(({ Id }) => Id === id);
    expect(query?.MetricStat).toEqual({
      Metric: {
        Namespace: 'Tidegate',
        MetricName: 'Prediction',
        Dimensions: [
          { Name: 'service', Value: 'tidegate' },
          { Name: 'EndpointName', Value: 'endpoint' },
          { Name: 'EndpointConfigName', Value: config },
        ],
      },
      Period: 60,
      Stat: stat,
    });
  });
});

it('a name that no kind has is a fault of the caller', () => {
  expect(() => alarmKind('mood')).toThrow(new RangeError('no alarm is called mood'));
});

it('SageMaker takes all alarms at once, and each kind accepts its own example', () => {
  expect(ALARMS.length).toBeLessThanOrEqual(10);
  expect(new Set(ALARMS.map(({ name }) => name)).size).toBe(ALARMS.length);
  for (const { name, example, max } of ALARMS) {
    expect(alarmsSchema.parse({ [name]: example })).toEqual({ [name]: example });
    expect(alarmsSchema.safeParse({ [name]: 0 }).success).toBe(false);
    expect(alarmsSchema.safeParse({ [name]: max + 1 }).success).toBe(false);
  }
  expect(alarmsSchema.safeParse({ mood: 1 }).success).toBe(false);
});
