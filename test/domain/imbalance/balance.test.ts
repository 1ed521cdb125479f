import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBalance, fitBalance, keptRowsSql, weightSql } from '#domain/imbalance/balance';
import { testEngine } from '../../fakes/data-run.ts';

const label = { column: 'y', classes: ['good', 'bad'], classCounts: [900, 100] };

describe('weights', () => {
  // scikit-learn: compute_class_weight("balanced"), rows / (classes * rows of the class)
  it('are those of scikit-learn', () => {
    expect(fitBalance({ weights: 'balanced' }, [900, 100])).toEqual({ kind: 'weights', weights: [0.555556, 5] });
    expect(fitBalance({ weights: 'balanced' }, [10, 30, 60])).toEqual({
      kind: 'weights',
      weights: [3.33333, 1.11111, 0.555556],
    });
    expect(fitBalance({ weights: 'balanced' }, [10, 0])).toEqual({ kind: 'weights', weights: [0.5, 5] });
  });

  it('give each class the same sum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 8 }), (counts) => {
        const balance = fitBalance({ weights: 'balanced' }, counts);
        const rows = counts.reduce((sum, count) => sum + count, 0);
        for (const [i, count] of counts.entries()) {
          const weight = balance?.kind === 'weights' ? (balance.weights[i] as number) : Number.NaN;
          expect((weight * count * counts.length) / rows).toBeCloseTo(1, 4);
        }
      }),
    );
  });

  it('are written by the class of a row', async () => {
    using engine = await testEngine();
    const sql = weightSql({ kind: 'weights', weights: [0.5, 5, 0.0625] });
    expect(await engine.query('weigh', `SELECT ${sql} AS w FROM (SELECT unnest([0.0, 2.0, 1.0]) AS _label)`)).toEqual([
      { w: '0.5' },
      { w: '0.0625' },
      { w: '5' },
    ]);
    expect(weightSql({ kind: 'undersampled', majority: 0, keptShare: 0.5 })).toBeUndefined();
    expect(weightSql(undefined)).toBeUndefined();
  });
});

describe('undersampling', () => {
  it('keeps so many rows of the larger class for each of the smaller one', () => {
    expect(fitBalance({ undersample: 3 }, [900, 100])).toEqual({ kind: 'undersampled', majority: 0, keptShare: 1 / 3 });
    expect(fitBalance({ undersample: 1 }, [50, 200])).toEqual({ kind: 'undersampled', majority: 1, keptShare: 0.25 });
  });

  it('leaves classes alone that are near enough', () => {
    expect(fitBalance({ undersample: 3 }, [300, 100])).toBeUndefined();
    expect(fitBalance({ undersample: 1 }, [100, 100])).toBeUndefined();
    expect(fitBalance('auto', [900, 100])).toBeUndefined();
    expect(fitBalance('none', [900, 100])).toBeUndefined();
  });

  it('keeps a share of the rows of one class, the same ones each time', async () => {
    using engine = await testEngine();
    const kept = async (shard: number, seed = 's', keptShare = 0.25) => {
      const where = keptRowsSql({ kind: 'undersampled', majority: 0, keptShare }, { shard, seed });
      const rows = await engine.query(
        'keep',
        `SELECT _row, _label FROM (SELECT range AS _row, range % 2 AS _label FROM range(20000)) WHERE ${where} ORDER BY _row`,
      );
      return rows.map((row) => [Number(row['_row']), Number(row['_label'])]);
    };
    const rows = await kept(0);
    expect(rows.filter(([, own]) => own === 1)).toHaveLength(10_000);
    const share = rows.filter(([, own]) => own === 0).length / 10_000;
    // five standard deviations of a share of 10,000 rows
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 10_000));
    expect(await kept(0)).toEqual(rows);
    expect(await kept(1)).not.toEqual(rows);
    expect(await kept(0, 'other')).not.toEqual(rows);
    // a larger share keeps the same rows, and more
    const more = new Set((await kept(0, 's', 0.5)).map(([row]) => row));
    expect(rows.every(([row]) => more.has(row))).toBe(true);
  });

  it('is no condition where all rows are used', () => {
    expect(keptRowsSql(undefined, { shard: 0, seed: 's' })).toBeUndefined();
    expect(keptRowsSql({ kind: 'weights', weights: [1, 2] }, { shard: 0, seed: 's' })).toBeUndefined();
  });
});

describe('what was done about the classes', () => {
  it('is said in words', () => {
    expect(describeBalance({ label, balance: { kind: 'weights', weights: [0.5, 5] } }, {})).toBe(
      'training rows are weighted by class (good 0.5, bad 5), so scores rank rows and are not probabilities',
    );
    expect(describeBalance({ label, balance: { kind: 'undersampled', majority: 0, keptShare: 1 / 3 } }, {})).toMatch(
      /^training used 33\.3\s% of the rows of class good, about 300; scores are recalibrated to all rows$/,
    );
    expect(describeBalance({ label }, { scale_pos_weight: '9' })).toBe(
      'rows of class bad count 9 times (scale_pos_weight), so scores rank rows and are not probabilities; with imbalance: none or undersample, or with evaluation.calibration, they are',
    );
    expect(describeBalance({ label }, { scale_pos_weight: '9' }, 'platt')).toBe(
      'rows of class bad count 9 times (scale_pos_weight), and scores are calibrated by platt',
    );
    expect(describeBalance({ label, balance: { kind: 'weights', weights: [0.5, 5] } }, {}, 'isotonic')).toBe(
      'training rows are weighted by class (good 0.5, bad 5), and scores are calibrated by isotonic',
    );
  });

  it('is not guessed', () => {
    expect(() => describeBalance({ label, balance: { kind: 'doubled' } as never }, {})).toThrow('kind of balance');
  });

  it('is nothing where nothing was', () => {
    expect(describeBalance({ label }, {})).toBeUndefined();
    expect(describeBalance({ label }, { scale_pos_weight: '1' })).toBeUndefined();
  });

  it('counts on where a class has no name', () => {
    const unnamed = { ...label, classes: [], classCounts: [] };
    expect(describeBalance({ label: unnamed, balance: { kind: 'weights', weights: [0.5] } }, {})).toContain('(0 0.5)');
    expect(
      describeBalance({ label: unnamed, balance: { kind: 'undersampled', majority: 1, keptShare: 0.5 } }, {}),
    ).toContain('class 1, about 0;');
    expect(describeBalance({ label: unnamed }, { scale_pos_weight: '2' })).toContain('class 1 count 2 times');
  });
});
