import { afterEach, expect, test, vi } from 'vitest';
import { predictionDimensions } from '#domain/serving/prediction-metric';
import { publishPredictions } from '#functions/runtime/prediction-metrics';

afterEach(() => vi.restoreAllMocks());

const linesOf = (publish: () => void): Record<string, unknown>[] => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  publish();
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  write.mockRestore();
  return lines;
};
const fleet = (config: string) => ({ endpointName: 'loan', endpointConfigName: config });

test('publishes each prediction as a value of one metric of the fleet', () => {
  const [line, ...more] = linesOf(() => publishPredictions(fleet('loan-r1'), Float64Array.of(0.25, 0.5)));

  expect(more).toEqual([]);
  expect(line).toMatchObject({
    _aws: {
      CloudWatchMetrics: [
        {
          Namespace: 'Tidegate',
          Dimensions: [expect.arrayContaining(Object.keys(predictionDimensions('', '')))],
          Metrics: [{ Name: 'Prediction', Unit: 'None' }],
        },
      ],
    },
    ...predictionDimensions('loan', 'loan-r1'),
    Prediction: [0.25, 0.5],
  });
});

test('keeps nothing of one fleet for the next', () => {
  const lines = linesOf(() => {
    publishPredictions(fleet('loan-r1'), Float64Array.of(1));
    publishPredictions(fleet('loan-r2'), Float64Array.of(2));
  });
  expect(lines).toMatchObject([
    { EndpointConfigName: 'loan-r1', Prediction: 1 },
    { EndpointConfigName: 'loan-r2', Prediction: 2 },
  ]);
});

test('publishes more values than a line holds on several lines', () => {
  const lines = linesOf(() =>
    publishPredictions(
      fleet('loan-r1'),
      Float64Array.from({ length: 250 }, (_, i) => i),
    ),
  );
  expect(lines.flatMap(({ Prediction }) => Prediction)).toEqual(Array.from({ length: 250 }, (_, i) => i));
  expect(lines.every(({ EndpointConfigName }) => EndpointConfigName === 'loan-r1')).toBe(true);
});
