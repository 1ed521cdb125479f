import { describe, expect, it } from 'vitest';
import { evidenceOf } from '#domain/outcomes/evidence';
import { joinOutcomes } from '#domain/outcomes/join';
import { prediction } from './predictions.ts';

const at = '2026-02-01T00:00:00.000Z';

describe('outcomes as evidence of a challenge', () => {
  it('are one request with the rows that have an outcome, and the scores of these', () => {
    const log = { ...prediction('a', { scores: [0.1, 0.2, 0.3] }), challenge: 'c1' };
    const { joined } = joinOutcomes(
      [2, 0].map((row) => ({ inferenceId: 'a', row, value: row / 2, at })),
      [log],
    );
    const [found, ...others] = evidenceOf('loans', 'c1', joined);
    expect(others).toEqual([]);
    expect(found?.prediction).toMatchObject({
      inferenceId: 'a',
      pipeline: 'loans',
      challenge: 'c1',
      rows: [{ row: 0 }, { row: 2 }],
      answers: [{ role: 'champion', returned: true, scores: [0.1, 0.3] }],
    });
    expect(found?.outcomes).toEqual(
      new Map([
        [0, 0],
        [2, 1],
      ]),
    );
  });

  it('say which model failed', () => {
    const log = { ...prediction('a', { scores: [0.1] }), challenge: 'c1' };
    const [own] = log.answers;
    if (own) log.answers.unshift({ ...own, role: 'challenger', returned: false, scores: [], error: 'late' });
    const { joined } = joinOutcomes([{ inferenceId: 'a', value: 1, at }], [log]);
    expect(evidenceOf('loans', 'c1', joined)[0]?.prediction.answers).toMatchObject([
      { role: 'challenger', scores: [], error: 'failed' },
      { role: 'champion', scores: [0.1] },
    ]);
  });

  it('are those of this challenge alone', () => {
    const logs = [prediction('a'), { ...prediction('b'), challenge: 'c0' }];
    const { joined } = joinOutcomes(
      [
        { inferenceId: 'a', value: 1, at },
        { inferenceId: 'b', value: 1, at },
      ],
      logs,
    );
    expect(evidenceOf('loans', 'c1', joined)).toEqual([]);
  });
});
