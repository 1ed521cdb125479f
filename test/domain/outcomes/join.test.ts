import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinOutcomes, latestOutcomes } from '#domain/outcomes/join';
import type { Outcome, ReceivedOutcome } from '#schemas/records/outcome';
import type { PredictionRecord } from '#schemas/records/prediction';
import { prediction } from './predictions.ts';

const at = '2026-02-01T00:00:00.000Z';
const ofRequest = (inferenceId: string, value: number, row?: number): ReceivedOutcome => ({
  inferenceId,
  value,
  at,
  ...(row === undefined ? {} : { row }),
});
const ofKey = (keys: string[], value: number, known = at): ReceivedOutcome => ({ keys, value, at: known });

describe('joining outcomes with predictions', () => {
  it('finds a row by its request, with the scores of that row alone', () => {
    const log = [prediction('a', { keys: ['k0', 'k1'], scores: [0.1, 0.9] })];
    const answer = {
      runId: 'r1',
      modelPackageVersion: 1,
      role: 'champion',
      returned: true,
      scores: [0.9],
      failed: false,
    };
    const predictedAt = '2026-01-01T00:00:00.000Z';
    expect(joinOutcomes([ofRequest('a', 1, 1)], log)).toEqual({
      joined: [{ inferenceId: 'a', row: 1, predictedAt, value: 1, at, answers: [answer] }],
      repeated: 0,
      unknown: 0,
      rowNeeded: 0,
    });
  });

  it('has the inputs and groups of that row, where they were logged', () => {
    const log = prediction('a', { keys: ['k0', 'k1'], scores: [0.1, 0.9] });
    const [answer] = log.answers;
    const logged = { ...log, answers: [{ ...answer, inputs: [1, 2, null, 4], groups: { sex: [0, -1], home: [1] } }] };
    const { joined } = joinOutcomes([ofRequest('a', 1, 1)], [logged as PredictionRecord]);

    expect(joined[0]?.answers).toMatchObject([{ scores: [0.9], inputs: [null, 4], groups: { sex: -1, home: -1 } }]);
  });

  it('needs the row where a request has several, and not where it has one', () => {
    const log = [prediction('one', { scores: [0.1] }), prediction('two', { scores: [0.1, 0.2] })];
    const found = joinOutcomes([ofRequest('one', 1), ofRequest('two', 1), ofRequest('two', 1, 2)], log);
    expect(found).toMatchObject({ joined: [{ inferenceId: 'one', row: 0 }], unknown: 1, rowNeeded: 1 });
  });

  it('takes the latest request with the id before the outcome became known', () => {
    const log = [
      prediction('early', { at: '2026-01-01T00:00:00.000Z', keys: ['k'] }),
      prediction('later', { at: '2026-01-10T00:00:00.000Z', keys: ['k'] }),
      prediction('after', { at: '2026-03-01T00:00:00.000Z', keys: ['k'] }),
    ];
    const find = (known?: string) => joinOutcomes([ofKey(['k'], 1, known)], log);
    expect(find().joined).toMatchObject([{ inferenceId: 'later' }]);
    expect(find('2026-01-05T00:00:00Z').joined).toMatchObject([{ inferenceId: 'early' }]);
    expect(find('2025-12-31T00:00:00Z')).toMatchObject({ joined: [], unknown: 1 });
  });

  it('finds requests that were logged under the former key while a key is replaced', () => {
    const log = [
      prediction('before', { keys: ['old'] }),
      prediction('since', { at: '2026-01-02T00:00:00.000Z', keys: ['new'] }),
    ];
    const outcomes = [ofKey(['new', 'old'], 1)];
    expect(joinOutcomes(outcomes, log).joined).toMatchObject([{ inferenceId: 'since' }]);
    expect(joinOutcomes(outcomes, log.slice(0, 1)).joined).toMatchObject([{ inferenceId: 'before' }]);
  });

  it('says which answers failed, and keeps the challenge', () => {
    const log: PredictionRecord = { ...prediction('a', { scores: [0.3] }), challenge: 'c1' };
    const [own] = log.answers;
    if (own) log.answers.push({ ...own, role: 'challenger', scores: [], error: 'late' });
    const [found] = joinOutcomes([ofRequest('a', 1)], [log]).joined;
    expect(found).toMatchObject({ challenge: 'c1', answers: [{ failed: false }, { failed: true, scores: [] }] });
  });

  it('keeps the latest of several outcomes of a row', () => {
    const log = [prediction('a', { keys: ['k'], scores: [0.1] })];
    const found = joinOutcomes([ofRequest('a', 0), ofKey(['k'], 1), ofRequest('b', 1)], log);
    expect(found).toMatchObject({ joined: [{ value: 1 }], repeated: 1, unknown: 1 });
  });

  it('counts every outcome once', () => {
    const outcome = fc.oneof(
      fc
        .record({ id: fc.constantFrom('a', 'b', 'c'), row: fc.option(fc.nat(3), { nil: undefined }) })
        .map(({ id, row }) => ofRequest(id, 1, row)),
      fc.constantFrom('k0', 'k1', 'k2').map((key) => ofKey([key], 0)),
    );
    const log = [prediction('a', { keys: ['k0', 'k1'], scores: [0.1, 0.2] }), prediction('b', { keys: ['k1'] })];
    fc.assert(
      fc.property(fc.array(outcome), (outcomes) => {
        const { joined, repeated, unknown, rowNeeded } = joinOutcomes(outcomes, log);
        expect(joined.length + repeated + unknown + rowNeeded).toBe(outcomes.length);
      }),
    );
  });
});

describe('the outcomes of several files', () => {
  it('count once however often a file is sent, and a later file corrects an earlier one', () => {
    const log = [prediction('a', { scores: [0.1, 0.2] })];
    const file = (...values: number[]): readonly Outcome[] =>
      joinOutcomes(
        values.map((value, row) => ofRequest('a', value, row)),
        log,
      ).joined;
    expect(latestOutcomes([file(0, 1), file(0, 1)])).toEqual(file(0, 1));
    expect(latestOutcomes([file(0, 1), file(1)]).map(({ value }) => value)).toEqual([1, 1]);
  });
});
