import { describe, expect, test } from 'vitest';
import { checkQuality } from '#domain/data/quality';
import { DataQualityError } from '#domain/errors';
import { pipelineSchema } from '#schemas/pipeline';
import type { Profile, SideProfile } from '#schemas/records/profile';
import { smallPipeline } from '../../fakes/data-run.ts';

const binary = ['no', 'yes'];
const pipeline = (minRows = 1, instances = 1) =>
  pipelineSchema.parse(
    smallPipeline(
      { minRows },
      { training: { algorithm: 'xgboost', instances: { type: 'ml.m5.large', count: instances } } },
    ),
  );
const regression = pipelineSchema.parse(
  smallPipeline(
    { label: { column: 'y' } },
    { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } },
  ),
);

/** A side with so many rows of every class. */
const side = (...classes: number[]): SideProfile => ({
  rows: classes.reduce((sum, n) => sum + n, 0),
  classes,
  label: { count: 2, mean: 0, m2: 0, min: 0, max: 1 },
});
const profile = (sides: Profile['sides'], malformed = 0): Profile => ({
  rows: 0,
  malformed: { rows: malformed, reasons: [] },
  sides,
  columns: {},
});
const full = { train: side(3, 3), validation: side(2, 2), test: side(1, 1) };

describe('a drop', () => {
  test('of just enough rows, with every class on every side, passes', () => {
    expect(() => checkQuality(pipeline(12), profile(full), binary)).not.toThrow();
  });

  test('of one row less than the least is refused', () => {
    const check = () => checkQuality(pipeline(13), profile(full), binary);
    expect(check).toThrow(DataQualityError);
    expect(check).toThrow('The drop has 12 usable rows where dataset.minRows asks for 13. Drop more data');
    expect(() => checkQuality(pipeline(1300), profile(full, 1), binary)).toThrow(
      '12 usable rows (1 more are malformed) where dataset.minRows asks for 1,300',
    );
  });

  test('of one class is refused with the class and the setting', () => {
    const onlyYes = { train: side(0, 5), validation: side(), test: side(0, 1) };
    expect(() => checkQuality(pipeline(), profile(onlyYes), binary)).toThrow(
      'Column "y" holds one class only, "yes", in all 6 rows: there is nothing to learn. ' +
        'Check that the drop is complete and that dataset.label names the positive value as the file writes them.',
    );
  });

  test('whose other class is on one side only names the sides that lack it, not the class as the only one', () => {
    const rare = { train: side(3, 1), validation: side(2, 0), test: side(1, 0) };
    expect(() => checkQuality(pipeline(), profile(rare), binary)).toThrow(
      'The split of 7 rows leaves sides that cannot be used: the validation side has no row of class "yes"; ' +
        'the test side has no row of class "yes". Drop more data',
    );
  });

  test('with a class too rare for every side says how to merge it or leave it out', () => {
    const rare = { train: side(3, 4, 2), validation: side(2, 2, 1), test: side(1, 1, 0) };
    const check = (...classes: string[]) => checkQuality(pipeline(), profile(rare), classes);

    expect(() => check('a', 'b', 'c')).toThrow(
      'the test side has no row of class "c". Too rare to be divided: "c" (3 rows). Merge a rare class with another one in ' +
        'dataset.label.map, such as { "3 or 4": [3, 4] }; or leave it out of dataset.label.map and set ' +
        'dataset.label.others: leaveOut; or drop more data.',
    );
    const none = { ...rare, train: side(3, 4, 0), validation: side(2, 2, 0) };
    expect(() => checkQuality(pipeline(), profile(none), ['a', 'b', 'c'])).toThrow('"c" (0 rows)');
  });

  test('that leaves a side empty says only that', () => {
    expect(() => checkQuality(pipeline(), profile({ ...full, validation: side() }), binary)).toThrow(
      'sides that cannot be used: the validation side is empty. ',
    );
  });

  test('needs a row for every training instance on the sides that train, not on the holdout', () => {
    expect(() => checkQuality(pipeline(1, 4), profile(full), binary)).not.toThrow();
    expect(() => checkQuality(pipeline(1, 5), profile(full), binary)).toThrow(
      'sides that cannot be used: the validation side has 4 rows for 5 training instances. ',
    );
  });
});

describe('a drop of a regression', () => {
  const numbers = (min: number | null, max: number | null, count = 3): SideProfile => ({
    rows: 3,
    classes: [],
    label: { count, mean: 0, m2: 0, min, max },
  });
  test('is refused when its label is constant in training', () => {
    expect(() =>
      checkQuality(regression, profile({ train: numbers(2, 2), validation: numbers(1, 3), test: numbers(1, 3) }), []),
    ).toThrow('Column "y" is constant in the training rows');
  });
  test('passes when its label varies in training', () => {
    expect(() =>
      checkQuality(regression, profile({ train: numbers(1, 2), validation: numbers(2, 2), test: numbers(2, 2) }), []),
    ).not.toThrow();
  });
  test('without training rows is refused for that, not for a constant', () => {
    const empty = { rows: 0, classes: [], label: { count: 0, mean: 0, m2: 0, min: null, max: null } };
    expect(() =>
      checkQuality(regression, profile({ train: empty, validation: numbers(1, 2), test: numbers(1, 2) }), []),
    ).toThrow('the train side is empty');
  });
});

test('a drop of one of three classes is told to look at the classes', () => {
  const multiclass = pipelineSchema.parse(
    smallPipeline(
      { label: { column: 'y', classes: ['a', 'b', 'c'] } },
      { evaluation: { task: 'multiclass', gates: [{ metric: 'accuracy', min: 0.5 }] } },
    ),
  );
  const onlyB = { train: side(0, 3, 0), validation: side(0, 2, 0), test: side(0, 1, 0) };
  expect(() => checkQuality(multiclass, profile(onlyB), ['a', 'b', 'c'])).toThrow(
    '"b", in all 6 rows: there is nothing to learn. Check that the drop is complete and that dataset.label names the classes as',
  );
});
