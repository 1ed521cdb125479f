import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PredictionError } from '#domain/errors';
import { type Attempt, findAnswer, mostTries } from '#domain/serving/find-answer';

const old = { runId: 'old' };
const fresh = { runId: 'new' };
type Model = typeof old;

/** Pseudo-random numbers from 0 to 1 (mulberry32), the same in each run of the test. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const askOf =
  (answering: () => Model, otherwise: Attempt<string> = { kind: 'other' }) =>
  async (model: Model): Promise<Attempt<string>> =>
    answering() === model ? { kind: 'answered', answer: model.runId } : otherwise;

describe('an answer', () => {
  it('is always by the model that the rows were encoded for, whatever the share of the new one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.double({ min: 0.01, max: 0.99, noNaN: true }), async (seed, share) => {
        const random = randomNumbers(seed);
        let by: Model = old;
        const ask = askOf(() => (by = random() < share ? fresh : old));
        const { model, answer } = await findAnswer(undefined, async () => [old, fresh], ask);
        expect([model, answer]).toEqual([by, by.runId]);
      }),
    );
  });

  it.each([0.05, 0.1, 0.2, 0.5, 0.8])('takes the expected number of requests at a share of %d', async (share) => {
    const random = randomNumbers(7);
    const ask = askOf(() => (random() < share ? fresh : old));
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += (await findAnswer(undefined, async () => [old, fresh], ask)).tries;
    expect(sum / 20_000).toBeCloseTo((1 + share) / (1 - share + share ** 2), 1);
  });

  it('takes two requests on average, starting from the last model, where the canary has half of the traffic', async () => {
    const random = randomNumbers(11);
    const ask = askOf(() => (random() < 0.5 ? fresh : old));
    let sum = 0;
    let last: string | undefined;
    for (let i = 0; i < 20_000; i++) {
      const found = await findAnswer(last, async () => [old, fresh], ask);
      last = found.answer;
      sum += found.tries;
    }
    expect(sum / 20_000).toBeCloseTo(2, 1);
  });

  it('is by the model that answered last, at once, while it may still serve', async () => {
    const found = await findAnswer(
      'new',
      async () => [old, fresh],
      askOf(() => fresh),
    );
    expect(found).toEqual({ model: fresh, answer: 'new', tries: 1 });
  });

  it('is by the champion where the last one can no longer serve, though they answer alike', async () => {
    const found = await findAnswer(
      'old',
      async () => [fresh],
      async (model) => ({ kind: 'answered', answer: model }),
    );
    expect(found).toMatchObject({ model: fresh, tries: 1 });
  });

  it('is by the champion after a deployment that went back in the meantime', async () => {
    const states = [[old, fresh], [old]];
    const answering = [fresh, old, old];
    const current = async () => states.shift() ?? [old];
    const found = await findAnswer(
      'old',
      current,
      askOf(() => answering.shift() ?? old),
    );
    expect(found).toMatchObject({ model: old });
  });
});

describe('no answer', () => {
  const failure = { kind: 'failed', error: new PredictionError('status 500', { problem: 'model-failed' }) } as const;

  it('is given by a model that is none of the known', async () => {
    const found = findAnswer(
      undefined,
      async () => [old],
      askOf(() => fresh),
    );
    await expect(found).rejects.toMatchObject({ problem: 'unknown-model' });
  });

  it('is given when the only model fails, and it fails once', async () => {
    let asked = 0;
    const found = findAnswer(
      'old',
      async () => [old],
      async () => {
        asked += 1;
        return failure;
      },
    );
    await expect(found).rejects.toBe(failure.error);
    expect(asked).toBe(1);
  });

  it('is given when both models fail', async () => {
    await expect(
      findAnswer(
        'old',
        async () => [old, fresh],
        async () => failure,
      ),
    ).rejects.toBe(failure.error);
  });

  it('is given after many tries without one, and the error says to try again', async () => {
    let asked = 0;
    const found = findAnswer(
      undefined,
      async () => [old, fresh],
      async () => {
        asked += 1;
        return { kind: 'other' };
      },
    );
    await expect(found).rejects.toThrow(/a deployment is under way. Try again/);
    expect(asked).toBe(mostTries);
  });
});
