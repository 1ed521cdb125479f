import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBuiltIn } from '#src/sagemaker/built-in';
import { runtimeOf } from '#src/sagemaker/container/runtime';
import { captureKey } from '#src/sagemaker/endpoints/capture';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import { shiftSteps } from '#src/sagemaker/endpoints/steps';
import { relativeKey } from '#src/sagemaker/storage/s3';
import { MetricReader } from '#src/sagemaker/training/metrics';
import { parseCsvFilter, splitCsvLine } from '#src/sagemaker/transform/filter';
import { containers } from './container/runtimes.ts';

const fields = ['a', 'b', 'c', 'd'];

describe('CSV filters', () => {
  it.each([
    ['$[0]', ['a']],
    ['$[-1]', ['d']],
    ['$[1:]', ['b', 'c', 'd']],
    ['$[:2]', ['a', 'b']],
    ['$[0,2:]', ['a', 'c', 'd']],
    ['$[0, -1]', ['a', 'd']],
    ['$[-2:]', ['c', 'd']],
  ])('%s selects %j', (path, selected) => {
    expect(parseCsvFilter(path)?.(fields)).toEqual(selected);
  });

  it('take everything for $ and for an empty path', () => {
    expect(parseCsvFilter('$')).toBeUndefined();
    expect(parseCsvFilter(undefined)).toBeUndefined();
  });

  it('refuse paths that CSV has no use for, and rows that are too short', () => {
    for (const path of ['$.a', '$[*]', '$[0][1]', '$[]', 'x'])
      expect(() => parseCsvFilter(path)).toThrow(/is not a filter for CSV/);
    expect(() => parseCsvFilter('$[4]')?.(fields)).toThrow(/selects field 4 of a row with 4 fields/);
  });

  it('split and join any line to itself, and keep quoted commas together', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', 'a') }), (line) => splitCsvLine(line).join(',') === line),
    );
    expect(splitCsvLine('1,"a, ""b""",2')).toEqual(['1', '"a, ""b"""', '2']);
  });
});

describe('traffic steps', () => {
  const spec = (instances: number): FleetSpec => ({
    configName: 'c',
    variants: [
      {
        name: 'v',
        image: '',
        weight: 1,
        instances,
        instanceType: '',
        model: { modelName: 'm', image: 'own-algorithm', environment: {}, executionRoleArn: '' },
      },
    ],
  });

  it('always grow and end with all traffic, and wait between steps', () => {
    const size = fc.oneof(
      fc.record({ Type: fc.constant('CAPACITY_PERCENT' as const), Value: fc.integer({ min: 10, max: 50 }) }),
      fc.record({ Type: fc.constant('INSTANCE_COUNT' as const), Value: fc.integer({ min: 1, max: 5 }) }),
    );
    const type = fc.constantFrom('ALL_AT_ONCE' as const, 'CANARY' as const, 'LINEAR' as const);
    fc.assert(
      fc.property(size, type, fc.integer({ min: 1, max: 10 }), (capacity, Type, instances) => {
        const routing = { Type, WaitIntervalInSeconds: 7, CanarySize: capacity, LinearStepSize: capacity };
        const policy = { TrafficRoutingConfiguration: routing, TerminationWaitInSeconds: 9 };
        const steps = shiftSteps({ BlueGreenUpdatePolicy: policy }, spec(instances));
        const shares = steps.map((step) => step.share);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
        expect(shares.at(-1)).toBe(1);
        expect(steps.at(-1)?.waitSeconds).toBe(9);
        expect(steps.slice(0, -1).every((step) => step.waitSeconds === 7 && step.share <= 1)).toBe(true);
      }),
    );
  });

  it('follow a linear size step by step, and a rolling update batch by batch', () => {
    const linear = {
      Type: 'LINEAR' as const,
      WaitIntervalInSeconds: 1,
      LinearStepSize: { Type: 'CAPACITY_PERCENT' as const, Value: 25 },
    };
    const share = (step: { readonly share: number }) => step.share;
    expect(shiftSteps({ BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: linear } }, spec(4)).map(share)).toEqual([
      0.25, 0.5, 0.75, 1,
    ]);
    const rolling = { MaximumBatchSize: { Type: 'INSTANCE_COUNT' as const, Value: 2 }, WaitIntervalInSeconds: 1 };
    expect(shiftSteps({ RollingUpdatePolicy: rolling }, spec(4)).map(share)).toEqual([0.5, 1]);
    expect(shiftSteps(undefined, spec(4)).map(share)).toEqual([1]);
  });
});

describe('metrics of a log', () => {
  it('are the last values of the lines that the built-in algorithm prints', () => {
    const reader = new MetricReader(undefined);
    reader.read('[0]#011train-auc:0.5#011validation-auc:0.4', 1);
    reader.read('[1]#011train-auc:0.75#011validation-auc:nan', 2);
    reader.read('validation-auc:0.99 in some other line', 3);
    expect(reader.final).toEqual([
      { name: 'train:auc', value: 0.75, at: 2 },
      { name: 'validation:auc', value: 0.4, at: 1 },
    ]);
  });

  it('are found by definitions when there are some', () => {
    const reader = new MetricReader([{ Name: 'loss', Regex: 'loss=([0-9.]+)' }]);
    reader.read('[0]#011train-auc:0.5', 1);
    reader.read('epoch 3 loss=0.25', 2);
    expect(reader.final).toEqual([{ name: 'loss', value: 0.25, at: 2 }]);
  });
});

describe('names', () => {
  it('of captures follow the hour in UTC', () => {
    expect(captureKey('e', 'v', Date.UTC(2026, 1, 3, 4, 5, 6, 78), 'id')).toBe('e/v/2026/02/03/04/05-06-078-id.jsonl');
  });

  it.each([
    ['in/', 'in/a/b.csv', 'a/b.csv'],
    ['in', 'in/a.csv', 'a.csv'],
    ['in/part', 'in/part-0.csv', 'part-0.csv'],
    ['in/a.csv', 'in/a.csv', 'a.csv'],
    ['', 'a/b.csv', 'a/b.csv'],
  ])('below %j, %j is %j', (prefix, key, relative) => {
    expect(relativeKey(prefix, key)).toBe(relative);
  });

  it('of images decide by their repository what runs in their place', () => {
    const runtime = (uri: string) => runtimeOf(containers, 'algorithm', uri);
    expect(runtime('492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1')).toBe(containers[0]);
    expect(runtime('localhost:5000/team/own-algorithm@sha256:00')).toBe(containers[0]);
    expect(() => runtime('registry/sagemaker-xgboost-evil:1')).toThrow(
      /cannot be run.*in place of images of sagemaker-xgboost, own-algorithm\.$/,
    );
    expect(() => runtimeOf([], 'python-script', 'registry/any:1')).toThrow(/give startCloud a container runtime/);
  });

  it('of images separate the built-in algorithm from others', () => {
    expect(isBuiltIn('492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1')).toBe(true);
    expect(isBuiltIn('localhost:5000/team/own-algorithm@sha256:00')).toBe(false);
  });
});
