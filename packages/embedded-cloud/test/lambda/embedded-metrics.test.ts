import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embeddedMetrics } from '#src/lambda/embedded-metrics';

/** The example of the specification, with two values and two sets of dimensions. */
const line = {
  _aws: {
    Timestamp: 1574109732004,
    CloudWatchMetrics: [
      {
        Namespace: 'lambda-function-metrics',
        Dimensions: [['functionVersion'], ['functionVersion', 'stage']],
        Metrics: [{ Name: 'time', Unit: 'Milliseconds' }, { Name: 'errors' }],
      },
    ],
  },
  functionVersion: '$LATEST',
  stage: 'dev',
  time: [100, 200],
  errors: 0,
  requestId: '989ffbf8-9ace-4817-a57c-e4dd734019ee',
};
const read = (value: unknown) => embeddedMetrics(JSON.stringify(value));
const [directive] = line._aws.CloudWatchMetrics;
const withDirective = (changes: object) => ({ ...line, _aws: { CloudWatchMetrics: [{ ...directive, ...changes }] } });

describe('the metrics of a line', () => {
  test('have each value once for each set of dimensions', () => {
    const namespace = 'lambda-function-metrics';
    const [byVersion, byStage] = [{ functionVersion: '$LATEST' }, { functionVersion: '$LATEST', stage: 'dev' }];
    expect(read(line)).toEqual([
      { namespace, name: 'time', dimensions: byVersion, value: 100, unit: 'Milliseconds' },
      { namespace, name: 'time', dimensions: byStage, value: 100, unit: 'Milliseconds' },
      { namespace, name: 'time', dimensions: byVersion, value: 200, unit: 'Milliseconds' },
      { namespace, name: 'time', dimensions: byStage, value: 200, unit: 'Milliseconds' },
      { namespace, name: 'errors', dimensions: byVersion, value: 0, unit: 'None' },
      { namespace, name: 'errors', dimensions: byStage, value: 0, unit: 'None' },
    ]);
  });

  test('have no more than 100 values each', () => {
    expect(read({ ...line, time: Array.from({ length: 101 }, (_, i) => i), errors: undefined })).toHaveLength(200);
  });

  test.each([
    ['a text as a value', { ...line, time: 'fast', errors: null }],
    ['a dimension that the line lacks', withDirective({ Dimensions: [['region']] })],
    ['a dimension that is no text', withDirective({ Dimensions: [['errors']] })],
    ['no namespace', withDirective({ Namespace: undefined })],
    ['metrics without names', withDirective({ Metrics: [{ Unit: 'None' }, 'time'] })],
    ['a directive that is none', { ...line, _aws: { CloudWatchMetrics: ['all'] } }],
    ['no directives', { ...line, _aws: {} }],
    ['no object', '"_aws"'],
  ])('are none with %s', (_, value) => {
    expect(read(value)).toEqual([]);
  });

  test('are none in any other text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((s) => `"_aws"${s}`),
        ),
        (text) => {
          expect(embeddedMetrics(text)).toEqual([]);
        },
      ),
    );
  });
});
