import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRequest,
  type LossSums,
  meanLoss,
  mergeLosses,
  noLosses,
  varianceOfMean,
} from '#domain/challenges/mean-loss';
import { compareLosses, leastRequests, standardErrors } from '#domain/challenges/sequential-test';
import { createRandom, type Random } from '#domain/random';

const request = fc.record({ rows: fc.integer({ min: 1, max: 20 }), loss: fc.double({ min: 0, max: 30, noNaN: true }) });
type Request = { readonly rows: number; readonly loss: number };
const sumsOf = (requests: readonly Request[]): LossSums =>
  requests.reduce<LossSums>((sums, { rows, loss }) => addRequest(sums, rows, loss), noLosses);

describe('the sums of losses', () => {
  it('are the same when they are added in two parts', () => {
    fc.assert(
      fc.property(fc.array(request), fc.array(request), (a, b) => {
        const [whole, parts] = [sumsOf([...a, ...b]), mergeLosses(sumsOf(a), sumsOf(b))];
        for (const key of Object.keys(whole) as (keyof LossSums)[]) expect(parts[key]).toBeCloseTo(whole[key], 6);
      }),
    );
  });

  it('give the variance of a mean, s²/n, where each request has one row', () => {
    const losses = [0.2, 0.9, 0.4, 1.3, 0.1];
    const mean = losses.reduce((sum, x) => sum + x) / 5;
    const squares = losses.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const sums = sumsOf(losses.map((loss) => ({ rows: 1, loss })));
    expect(meanLoss(sums)).toBeCloseTo(mean, 12);
    expect(varianceOfMean(sums)).toBeCloseTo(squares / 4 / 5, 12);
  });

  it('count ten equal rows of a request as one observation', () => {
    const losses = [0.2, 0.9, 0.4, 1.3, 0.1];
    const single = sumsOf(losses.map((loss) => ({ rows: 1, loss })));
    const tenfold = sumsOf(losses.map((loss) => ({ rows: 10, loss: 10 * loss })));
    expect(varianceOfMean(tenfold)).toBeCloseTo(varianceOfMean(single), 12);
  });
});

describe('the interval', () => {
  const test = { alpha: 0.05, tunedFor: 1000 };

  it('is 3.03 standard errors wide to each side where it is tuned, and wider than a fixed sample everywhere', () => {
    // √(2 · 9.783/8.783 · ln(√9.783/0.05)), by hand
    expect(standardErrors(1000, test)).toBeCloseTo(3.035, 3);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), (time) => {
        expect(standardErrors(time, test)).toBeGreaterThan(1.96);
      }),
    );
  });

  it('is wider for a smaller alpha', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 1e6 }), (time) => {
        expect(standardErrors(time, { ...test, alpha: 0.01 })).toBeGreaterThan(standardErrors(time, test));
      }),
    );
  });

  it('turns round when the models change places, and contains its estimate', () => {
    const requests = fc.array(request, { minLength: leastRequests, maxLength: 80 });
    fc.assert(
      fc.property(requests, requests, (a, b) => {
        const [champion, challenger] = [sumsOf(a), sumsOf(b)];
        const there = compareLosses({ champion, challenger }, test);
        const back = compareLosses({ champion: challenger, challenger: champion }, test);
        expect(there === undefined).toBe(back === undefined);
        if (there === undefined || back === undefined) return;
        expect(there.low).toBeLessThanOrEqual(there.estimate);
        expect(there.high).toBeGreaterThanOrEqual(there.estimate);
        expect(back.low).toBeCloseTo(-there.high, 9);
        expect(back.high).toBeCloseTo(-there.low, 9);
      }),
    );
  });

  it('is not there before each model has answered enough requests, or while a model always loses the same', () => {
    const varied = sumsOf(Array.from({ length: leastRequests }, (_, i) => ({ rows: 1, loss: i / 10 })));
    const few = sumsOf(Array.from({ length: leastRequests - 1 }, (_, i) => ({ rows: 1, loss: i / 10 })));
    const constant = sumsOf(Array.from({ length: leastRequests }, () => ({ rows: 1, loss: 1 })));
    expect(compareLosses({ champion: varied, challenger: few }, test)).toBeUndefined();
    expect(compareLosses({ champion: varied, challenger: constant }, test)).toBeUndefined();
    expect(compareLosses({ champion: varied, challenger: varied }, test)).toMatchObject({ estimate: 0 });
  });
});

/** One comparison with a look after every request: the number of requests until zero is outside, and on which side. */
function runTest(
  random: Random,
  draw: (random: Random, arm: 'champion' | 'challenger') => Request,
  { most, share, alpha = 0.05, tunedFor }: { most: number; share: number; alpha?: number; tunedFor: number },
) {
  const sums = { champion: noLosses, challenger: noLosses };
  for (let requests = 1; requests <= most; requests++) {
    const arm = random.float() < share ? 'challenger' : 'champion';
    const { rows, loss } = draw(random, arm);
    sums[arm] = addRequest(sums[arm], rows, loss);
    const found = compareLosses(sums, { alpha, tunedFor });
    if (found && (found.low > 0 || found.high < 0)) return { requests, won: found.low > 0, stopped: true };
  }
  return { requests: most, won: false, stopped: false };
}

/** The log loss of a calibrated model on a request of one to five rows whose risks are alike. */
function logLossRequest(random: Random): Request {
  const rows = 1 + random.below(5);
  const risk = 1 / (1 + Math.exp(2 - 1.5 * random.normal()));
  let loss = 0;
  for (let row = 0; row < rows; row++) loss -= Math.log(random.float() < risk ? risk : 1 - risk);
  return { rows, loss };
}
const squaredError = (random: Random): Request => ({ rows: 1, loss: random.normal() ** 2 });

describe('1,000 comparisons of two models that are alike, with a look after each of 2,000 requests', () => {
  it.each([
    { of: 'log loss, half of the requests each', draw: logLossRequest, share: 0.5 },
    { of: 'log loss, a tenth of the requests', draw: logLossRequest, share: 0.1 },
    { of: 'squared error, half of the requests each', draw: squaredError, share: 0.5 },
  ])('stop wrongly in at most 5 %: $of', ({ draw, share }) => {
    const random = createRandom(2024);
    let wrong = 0;
    for (let i = 0; i < 1000; i++) {
      if (runTest(random, draw, { most: 2000, share, tunedFor: 2500 }).stopped) wrong++;
    }
    expect(wrong).toBeLessThanOrEqual(50);
  });
});

/** The value that a standard normal deviate is below with a probability, by bisection of the integral of its density. */
function normalQuantile(probability: number): number {
  const below = (z: number) => {
    const steps = 400;
    let sum = 0;
    for (let i = 0; i < steps; i++) sum += Math.exp(-(((z * (i + 0.5)) / steps) ** 2) / 2);
    return 0.5 + (sum * z) / steps / Math.sqrt(2 * Math.PI);
  };
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

describe('1,000 comparisons with a planted difference', () => {
  it.each([{ most: 1600 }, { most: 2000 }])(
    'stop earlier, on average, than a fixed sample of the same power when they end after $most requests at the latest',
    ({ most }) => {
      const random = createRandom(7);
      const effect = 0.2;
      const draw = (from: Random, arm: 'champion' | 'challenger'): Request => ({
        rows: 1,
        loss: from.normal() + (arm === 'champion' ? effect : 0),
      });
      const runs = Array.from({ length: 1000 }, () => runTest(random, draw, { most, share: 0.5, tunedFor: 1000 }));
      expect(runs.filter(({ stopped, won }) => stopped && !won)).toHaveLength(0);
      const power = runs.filter(({ won }) => won).length / runs.length;
      const mean = runs.reduce((sum, { requests }) => sum + requests, 0) / runs.length;
      // requests of both models that a two-sided z-test at 5 % needs for this power
      const fixed = (4 * (normalQuantile(0.975) + normalQuantile(power)) ** 2) / effect ** 2;
      expect(power).toBeGreaterThan(0.8);
      expect(power).toBeLessThan(1);
      expect(mean).toBeLessThan(fixed);
    },
  );
});
