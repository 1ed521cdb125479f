import { describe, expect, it } from 'vitest';
import {
  dayOf,
  isOutcomesKey,
  outcomeItems,
  outcomeKeys,
  outcomesId,
  outcomesQuarantine,
  pipelineOfOutcomes,
} from '#domain/outcomes/layout';

describe('where outcomes lie', () => {
  it.each([
    ['churn/outcomes/2026-01-31/a.csv', 'churn'],
    ['churn/outcomes/a.csv', 'churn'],
    ['churn/outcomes/2026-01-31/_SUCCESS', undefined],
    ['churn/outcomes/.tmp/a.csv', undefined],
    ['churn/outcomes/', undefined],
    ['churn/2026-01-31/outcomes/a.csv', undefined],
    ['churn/outcomes-2026/a.csv', undefined],
    ['/outcomes/a.csv', undefined],
    ['churn', undefined],
  ])('%s is a file of %s', (key, pipeline) => {
    expect(pipelineOfOutcomes(key)).toBe(pipeline);
  });

  it('is apart from every drop', () => {
    expect(isOutcomesKey('churn/outcomes/_SUCCESS')).toBe(true);
    expect(isOutcomesKey('churn/2026-01-31/a.csv')).toBe(false);
    expect(isOutcomesKey('churn/outcomes-2026/a.csv')).toBe(false);
  });

  it('shows no name of a file', () => {
    const id = outcomesId('churn/outcomes/jane-doe.csv', 'e1');
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(id).not.toBe(outcomesId('churn/outcomes/jane-doe.csv', 'e2'));
    expect(outcomeKeys('churn').received(id)).toBe(`churn/outcomes/received/${id}.jsonl.gz`);
    const joined = outcomeKeys('churn').joined('2026-01-31', id);
    expect(joined).toBe(`churn/outcomes/joined/2026-01-31/${id}.jsonl.gz`);
    expect(joined.startsWith(outcomeKeys('churn').joinedOn('2026-01-31'))).toBe(true);
    expect(outcomesQuarantine('churn', id)).toBe(`_tidegate/churn/outcomes/${id}/quarantine/00000.jsonl`);
  });

  it('goes by days in UTC, also in the state table', () => {
    expect(dayOf('2026-01-31T23:30:00-02:00')).toBe('2026-02-01');
    expect(outcomeItems.day('2026-02-01').startsWith(outcomeItems.days)).toBe(true);
    expect(outcomeItems.file('2026-02-01T10:00:00Z', 'a1').startsWith(outcomeItems.files)).toBe(true);
  });
});
