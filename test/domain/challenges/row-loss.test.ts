import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowLoss, truthOf } from '#domain/challenges/row-loss';
import { binary, multiclass, regression } from './requests.ts';

describe('the loss of a row', () => {
  it('is -ln of the probability that the model gave to the truth', () => {
    expect(rowLoss(binary, [0.1, 0.8], 1, 1)).toBeCloseTo(-Math.log(0.8), 12);
    expect(rowLoss(binary, [0.1, 0.8], 0, 0)).toBeCloseTo(-Math.log(0.9), 12);
    expect(rowLoss(multiclass, [0.2, 0.5, 0.3, 0.7, 0.2, 0.1], 1, 'b')).toBeCloseTo(-Math.log(0.2), 12);
  });

  it('is the squared error for regression', () => {
    expect(rowLoss(regression, [3, 5], 1, 7)).toBe(4);
  });

  it('is finite for a model that was sure and wrong', () => {
    expect(rowLoss(binary, [1], 0, 0)).toBeCloseTo(36.04, 2);
  });

  it('is never below zero', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1), (score, truth) => {
        expect(rowLoss(binary, [score], 0, truth)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    ['a class that the model does not know', multiclass, 'd'],
    ['a text for a model of two classes', binary, 'yes'],
    ['a text for regression', regression, 'many'],
    ['no number', regression, Number.NaN],
  ])('does not exist for %s', (_, model, value) => {
    expect(truthOf(model, value)).toBeUndefined();
    expect(rowLoss(model, [0.2, 0.5, 0.3], 0, value)).toBeUndefined();
  });

  it('does not exist where the model failed', () => {
    expect(rowLoss(binary, [], 0, 1)).toBeUndefined();
    expect(rowLoss(multiclass, [0.2, 0.8], 0, 'a')).toBeUndefined();
  });
});
