import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareQuotas, lambdaConcurrency, type QuotaSections, quotaNeeds } from '#domain/quotas/needs';

const pipeline = (name: string, training: object = {}, serving: object = {}): QuotaSections => ({
  name,
  training: { instances: { type: 'ml.m5.xlarge', count: 1, volumeSizeInGB: 30, spot: false }, ...training },
  deployment: { instances: { type: 'ml.m5.large', count: 1, ...serving } },
});
const needed = (pipelines: readonly QuotaSections[], quota: string) =>
  quotaNeeds(pipelines, 40).find((need) => need.quota === quota)?.needed;

describe('the quotas that pipelines need', () => {
  it('are an endpoint and a scoring twice, and a training once', () => {
    expect(quotaNeeds([pipeline('loans')], 40)).toEqual([
      {
        service: 'sagemaker',
        quota: 'ml.m5.large for endpoint usage',
        needed: 2,
        because: ['loans: 1 old beside 1 new while the endpoint is updated'],
      },
      {
        service: 'sagemaker',
        quota: 'ml.m5.xlarge for training job usage',
        needed: 1,
        because: ['loans: a training job on 1'],
      },
      {
        service: 'sagemaker',
        quota: 'ml.m5.xlarge for transform job usage',
        needed: 2,
        because: ['loans: candidate and champion are scored side by side'],
      },
      {
        service: 'lambda',
        quota: lambdaConcurrency,
        needed: 50,
        because: ['40 shards of a run at once (shardConcurrency), and 10 for everything else'],
      },
    ]);
  });

  it('count the training jobs of a tuning that run at once', () => {
    const tuned = (tuning: object) =>
      pipeline('tuned', {
        instances: { type: 'ml.m5.xlarge', count: 3, volumeSizeInGB: 30, spot: true },
        tuning: { ranges: {}, strategy: 'Bayesian', ...tuning },
      });
    const quota = 'ml.m5.xlarge for spot training job usage';

    expect(needed([tuned({ parallel: 4, maxJobs: 20 })], quota)).toBe(12);
    expect(needed([tuned({ parallel: 4, maxJobs: 2 })], quota)).toBe(6);
    expect(needed([tuned({ parallel: 4 })], quota)).toBe(12);
    expect(needed([tuned({ parallel: 4 })], 'ml.m5.xlarge for training job usage')).toBeUndefined();
  });

  it('of several pipelines add up by instance type', () => {
    const count = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 5 }), (counts) => {
        const pipelines = counts.map((n, i) => pipeline(`p${i}`, {}, { count: n }));
        const sum = counts.reduce((total, n) => total + n, 0);
        expect(needed(pipelines, 'ml.m5.large for endpoint usage')).toBe(2 * sum);
        expect(needed(pipelines, 'ml.m5.xlarge for transform job usage')).toBe(2 * counts.length);
      }),
    );
  });
});

describe('a comparison with an account', () => {
  const limits = (entries: Record<string, number>) =>
    new Map(Object.entries(entries).map(([key, value]) => [key, { value, code: `L-${value}` }]));

  it('says which increase to request, with the command', () => {
    const needs = quotaNeeds([pipeline('loans')], 40);
    const findings = compareQuotas(
      needs,
      limits({
        'sagemaker ml.m5.large for endpoint usage': 1,
        'sagemaker ml.m5.xlarge for training job usage': 1,
        [`lambda ${lambdaConcurrency}`]: 10,
      }),
    );

    expect(findings.map(({ quota, state, limit }) => [quota, state, limit])).toEqual([
      ['ml.m5.large for endpoint usage', 'too low', 1],
      ['ml.m5.xlarge for training job usage', 'enough', 1],
      ['ml.m5.xlarge for transform job usage', 'unknown', undefined],
      [lambdaConcurrency, 'slow', 10],
    ]);
    expect(findings.map(({ fix }) => fix)).toEqual([
      'aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code L-1 --desired-value 2',
      undefined,
      'look for "ml.m5.xlarge for transform job usage" in Service Quotas (sagemaker): it is not listed for this account and region',
      'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-10 --desired-value 50',
    ]);
  });
});
