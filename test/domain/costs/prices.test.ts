import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isItem, PRICES, priceOf } from '#domain/costs/price-table';
import { endpointMonth, priceRegion, storageMonth } from '#domain/costs/prices';
import { regionFactor } from '#domain/costs/regions';

describe('a month at list prices', () => {
  it('of two ml.m5.large is 167.90 dollars', () => {
    expect(endpointMonth('ml.m5.large', 2, {})).toBeCloseTo(167.9, 2);
  });

  it('of an instance type without a price has no cost', () => {
    expect(endpointMonth('ml.unknown', 1, {})).toBeUndefined();
  });

  it('of ten gigabytes is 23 cents', () => {
    expect(storageMonth(10 * 2 ** 30, {})).toBeCloseTo(0.23, 6);
  });

  it('costs a quarter more in a region without a table', () => {
    expect(endpointMonth('ml.m5.large', 1, { region: 'ap-east-1' })).toBeCloseTo(1.25 * 83.95, 6);
    expect(storageMonth(2 ** 30, { region: 'ap-east-1' })).toBeCloseTo(1.25 * 0.023, 9);
  });
});

describe('the price table', () => {
  it('says of each price where and when it was read, and has no price twice', () => {
    const keys = PRICES.flatMap(({ region = priceRegion, prices }) =>
      Object.keys(prices).map((key) => `${region}/${key}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const { source, checked, prices } of PRICES) {
      expect(source).not.toBe('');
      expect(checked).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
      expect(Object.values(prices).every((usd) => usd > 0)).toBe(true);
    }
  });

  it('is exact where a region has a price of its own, and about right where a factor stands in', () => {
    expect(priceOf('sagemaker.training.ml.m5.xlarge')).toEqual({ usd: 0.23, about: false });
    expect(priceOf('sagemaker.training.ml.m5.xlarge', { region: 'eu-west-1' })).toEqual({ usd: 0.257, about: false });
    expect(priceOf('sagemaker.training.ml.m5.large', { region: 'eu-west-1' })).toEqual({
      usd: 0.115 * 1.12,
      about: true,
    });
    expect(priceOf('states.transition', { region: 'eu-central-1' })).toEqual({ usd: 0.000025, about: false });
    expect(priceOf('sagemaker.training.ml.m5.xlarge', { region: 'us-east-2' })).toEqual({ usd: 0.23, about: true });
  });

  it("takes a contract's own price before the list, exactly", () => {
    const own = { 'sagemaker.training.ml.m5.xlarge': 0.19, 'sagemaker.training.ml.p9.huge': 7 };
    expect(priceOf('sagemaker.training.ml.m5.xlarge', { region: 'eu-central-1', own })).toEqual({
      usd: 0.19,
      about: false,
    });
    expect(priceOf('sagemaker.training.ml.p9.huge', { own })).toEqual({ usd: 7, about: false });
  });

  it('guesses no price', () => {
    for (const item of [
      'sagemaker.training.ml.p9.huge',
      'sagemaker.training.ml.t2.medium',
      'sagemaker.serverless',
      'toString',
    ])
      expect(priceOf(item), item).toBeUndefined();
  });

  it('knows which items can have a price', () => {
    expect(['lambda.request', 'sagemaker.hosting.ml.p9.huge'].map(isItem)).toEqual([true, true]);
    expect(['lambda', 'sagemaker.hosting.p9', 'xsagemaker.hosting.ml.m5.large'].map(isItem)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('costs as much or more in every other region', () => {
    fc.assert(fc.property(fc.string(), (region) => regionFactor(region) >= 1));
  });
});
