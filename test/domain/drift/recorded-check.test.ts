import { describe, expect, it } from 'vitest';
import { rankedCauses } from '#domain/drift/ranked-causes';
import { lookBack, recordedCheck } from '#domain/drift/recorded-check';
import { driftRecordSchema } from '#schemas/records/drift-record';
import { aRecord, outside } from '../reports/drift-records.ts';

describe('a recorded check', () => {
  it('is shown as it was decided', () => {
    const record = aRecord({ drifted: ['income', 'age'], alarm: true, decidedBy: 'performance' });
    expect(recordedCheck(record)).toMatchObject({
      name: record.to,
      rows: record.rows,
      watched: 3,
      driftedColumns: ['income', 'age'],
      strongest: { column: 'income', test: 'PSI' },
      alarm: true,
      decidedBy: 'performance',
    });
  });

  it('of an earlier version has no estimate, and alarmed where columns drifted', () => {
    const {
      performance: _,
      alarm: __,
      decidedBy: ___,
      coverage: ____,
      score: _____,
      ...rest
    } = aRecord({ drifted: ['age'] });
    const former = recordedCheck(driftRecordSchema.parse(rest));
    expect(former).toMatchObject({ alarm: true, decidedBy: 'columns', watched: 3, performance: { status: 'none' } });
    expect(former).not.toHaveProperty('score');
  });
});

describe('the causes of a check', () => {
  it('are the columns that drifted, the most first, and the scores last', () => {
    const found = rankedCauses(recordedCheck(aRecord({ drifted: ['age', 'income'], scoreDrifted: true })));
    expect(found.map(({ column }) => column)).toEqual(['income', 'age', 'scores of the model']);
    expect(found[0]?.text).toContain('PSI 0.6 is over 0.2');
    expect(rankedCauses(recordedCheck(aRecord({})))).toEqual([]);
    const together = {
      column: 'all columns together',
      tests: {},
      drifted: true,
      reason: 'Classifier AUC 0.8 is over 0.6.',
      rows: 500,
      columns: 4,
      causes: [],
      leftOut: [],
    };
    const whole = recordedCheck({ ...aRecord({ drifted: ['age'], scoreDrifted: true }), together });
    expect(rankedCauses(whole).map(({ column }) => column)).toEqual([
      'age',
      'all columns together',
      'scores of the model',
    ]);
    expect(recordedCheck({ ...aRecord({}), notTogether: 'no rows' }).notTogether).toBe('no rows');
  });

  it('begin with the columns that put rows outside of what the model knows', () => {
    const record = aRecord({ drifted: ['income', 'age'], performance: outside });
    const found = rankedCauses(recordedCheck(record));
    expect(found.map(({ column }) => column)).toEqual(['home', 'age', 'income']);
    expect(found[0]?.text).toBe('20 % of the rows have values unlike those of every holdout row.');
    expect(found[1]?.text).toMatch(/^5 % of the rows .* PSI 0.5 is over/);
  });
});

describe('a look back', () => {
  const now = '2026-03-31T12:00:00.000Z';
  it.each([
    ['30d', '2026-03-01T12:00:00.000Z'],
    ['12h', '2026-03-31T00:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-13-31', undefined],
    ['0d', undefined],
    ['yesterday', undefined],
  ])('from %s begins at %s', (since, start) => {
    expect(lookBack(since, now)).toBe(start);
  });
});
