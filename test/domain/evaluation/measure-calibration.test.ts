import { describe, expect, it } from 'vitest';
import { measureCalibration } from '#domain/evaluation/measure-calibration';
import { createRandom } from '#domain/random';

const random = createRandom(5);
const n = 4000;
const scores = Float64Array.from({ length: n }, () => random.float());
const labels = Float64Array.from(scores, (score) => Number(random.float() < score));

describe('the calibration of scores', () => {
  it('is what chance gives where they are probabilities', () => {
    const { error, method, before } = measureCalibration({ labels, scores }, 1);
    expect([method, before]).toEqual([undefined, undefined]);
    expect(error.low).toBeLessThan(error.byChance);
    expect(error.high).toBeGreaterThan(error.byChance);
    expect(error.byChance).toBeLessThan(0.03);
  });

  it('is seen beside that before they were calibrated', () => {
    const uncalibrated = scores.map((score) => score / 2);
    const own = measureCalibration({ labels, scores, method: 'platt', uncalibrated }, 1);
    // half of each score: the mean gap is a quarter
    expect(own.before?.error.value).toBeCloseTo(0.25, 1);
    expect(own.before?.error.low).toBeGreaterThan(own.error.high);
    expect(own.before?.bins).toHaveLength(10);
    expect(own.method).toBe('platt');
  });

  it('has the true error in its interval in about 95 % of samples', () => {
    // each score is too high by 0.1, so the error is 0.1
    const covered = Array.from({ length: 100 }, (_, seed) => {
      const draw = createRandom(seed);
      const own = Float64Array.from({ length: 400 }, () => 0.15 + 0.8 * draw.float());
      const came = Float64Array.from(own, (score) => Number(draw.float() < score - 0.1));
      const { low, high } = measureCalibration({ labels: came, scores: own }, seed).error;
      return Number(low <= 0.1 && 0.1 <= high);
    });
    expect(covered.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(88);
  });
});
