import { expect, it } from 'vitest';
import { endpointMonth, storageMonth } from '#domain/costs/prices';

it('a month of two ml.m5.large is 167.90 dollars', () => {
  expect(endpointMonth('ml.m5.large', 2)).toBeCloseTo(167.9, 2);
});

it('an instance type without a price has no cost', () => {
  expect(endpointMonth('ml.unknown', 1)).toBeUndefined();
});

it('a month of ten gigabytes is 23 cents', () => {
  expect(storageMonth(10 * 2 ** 30)).toBeCloseTo(0.23, 6);
});
