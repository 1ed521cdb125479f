import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeConstraints, refusalText } from '#domain/constraints/judge';
import type { Constraint } from '#domain/constraints/registry';
import { CONSTRAINTS, constraintSchemaOf } from '#domain/constraints/registry';
import { checkConstraintSettings } from '#domain/constraints/settings';
import { constrainedData } from '#domain/constraints/subjects';
import { suggestConstraints } from '#domain/constraints/suggest';
import { pipelineSchema } from '#schemas/pipeline';
import type { Facts } from '#schemas/records/facts';
import { smallPipeline } from '../../fakes/data-run.ts';

const startedAt = Date.parse('2026-01-31T10:15:00Z');
const columns = {
  x: { role: 'feature', type: 'number' },
  c: { role: 'feature', type: 'category' },
  s: { role: 'slice' },
};
const pipelineOf = (task: 'binary' | 'multiclass' | 'regression') => {
  const labels = {
    binary: { column: 'y', positive: 1 },
    multiclass: { column: 'y', classes: ['a', 'b', 'c'] },
    regression: { column: 'y' },
  };
  const gates = {
    binary: { metric: 'auc', min: 0.5 },
    multiclass: { metric: 'accuracy', min: 0.5 },
    regression: { metric: 'rmse', max: 9 },
  };
  const dataset = { id: 'id', time: 'at', label: labels[task], columns };
  return pipelineSchema.parse(smallPipeline(dataset, { evaluation: { task, gates: [gates[task]] } }));
};
const facts = (own: Partial<Facts> = {}): Facts => ({
  rows: 1000,
  malformed: { rows: 0, reasons: [] },
  label: { classes: [900, 100], moments: { count: 1000, mean: 0.1, m2: 90, min: 0, max: 1 } },
  time: { missing: 0, min: '2026-01-01T00:00:00Z', max: '2026-01-30T10:15:00Z' },
  columns: {
    x: { kind: 'number', missing: 50, min: 2, max: 40 },
    c: {
      kind: 'category',
      missing: 0,
      values: [
        ['a', 600],
        ['b', 400],
      ],
    },
    s: {
      kind: 'category',
      missing: 0,
      values: [
        ['f', 600],
        ['m', 400],
      ],
    },
  },
  repeats: { id: 0 },
  ...own,
});
const suggest = (own: Facts, task: Parameters<typeof pipelineOf>[0] = 'binary') =>
  suggestConstraints({ ...constrainedData(pipelineOf(task)), facts: own, startedAt });
const constraintsOf = (own: Partial<Facts>, check: string, task?: Parameters<typeof pipelineOf>[0]) =>
  suggest(facts(own), task).filter(({ constraint }) => constraint.check === check);
const column = (x: Facts['columns'][string]) => ({ columns: { ...facts().columns, x } });

describe('suggested constraints', () => {
  it('are about model inputs, the id, the rows, the label, the time and malformed rows', () => {
    expect(suggest(facts())).toEqual([
      { constraint: { check: 'missing', column: 'x', max: 0.071 }, because: '5 % missing' },
      { constraint: { check: 'missing', column: 'c', max: 0.003 }, because: '0 % missing' },
      { constraint: { check: 'range', column: 'x', min: 0, max: 80, tolerate: 0.001 }, because: 'from 2 to 40 here' },
      { constraint: { check: 'values', column: 'c', allowed: ['a', 'b'], tolerate: 0.01 }, because: '2 values here' },
      { constraint: { check: 'unique', column: 'id' }, because: 'no id stands in two of 1,000 rows' },
      { constraint: { check: 'rows', vsLast: { atLeast: 0.5, atMost: 2 } }, because: '1,000 rows here' },
      { constraint: { check: 'label', min: 0.062, max: 0.14 }, because: '10 % here' },
      { constraint: { check: 'freshness', maxAge: '7d' }, because: '24 hours old here' },
      { constraint: { check: 'malformed', max: 0.003 }, because: '0 % here' },
    ]);
  });

  it.each([
    ['a share', { min: 0, max: 0.9 }, { min: 0, max: 1 }],
    ['numbers below 0', { min: -10, max: 10 }, { min: -30, max: 30, tolerate: 0.001 }],
    ['a small part of a share', { min: 0, max: 0.3 }, { min: 0, max: 0.6, tolerate: 0.001 }],
    ['one number alone', { min: 7, max: 7 }, { min: 0, max: 14, tolerate: 0.001 }],
  ])('have the range of %s', (_, range, settings) => {
    const [found] = constraintsOf(column({ kind: 'number', missing: 0, ...range }), 'range');
    expect(found?.constraint).toEqual({ check: 'range', column: 'x', ...settings });
  });

  it.each([
    ['a range without a number', column({ kind: 'number', missing: 1000, min: null, max: null }), 'range'],
    ['a range that no number can bound', column({ kind: 'number', missing: 0, min: -1.7e308, max: 1.7e308 }), 'range'],
    [
      'a column that is empty',
      { columns: { x: { kind: 'number', missing: 1000, min: null, max: null } } } as const,
      'missing',
    ],
    ['an id that repeats', { repeats: { id: 1 } }, 'unique'],
    ['an id that was not counted', { repeats: {} }, 'unique'],
    ['no rows', { rows: 0 }, 'rows'],
    ['a label of no rows', { rows: 0 }, 'label'],
    ['a time that nobody wrote', { time: { missing: 1000, min: null, max: null } }, 'freshness'],
    ['a drop older than a year', { time: { missing: 0, min: null, max: '2024-01-01T00:00:00Z' } }, 'freshness'],
    ['a time that has not come', { time: { missing: 0, min: null, max: '2026-03-01T00:00:00Z' } }, 'freshness'],
    ['nothing but malformed rows', { rows: 0, malformed: { rows: 9, reasons: [] } }, 'malformed'],
  ])('are not made of %s', (_, own, check) => {
    expect(constraintsOf(own, check)).toEqual([]);
  });

  it('list at most 20 values', () => {
    const values = (n: number) =>
      ({
        columns: { c: { kind: 'category', missing: 0, values: Array.from({ length: n }, (_, i) => [`v${i}`, 1]) } },
      }) as Partial<Facts>;
    expect(constraintsOf(values(20), 'values')).toHaveLength(1);
    expect(constraintsOf(values(21), 'values')).toEqual([]);
    expect(constraintsOf(values(0), 'values')).toEqual([]);
  });

  it('bound every class of several, and the mean of a regression', () => {
    const classes = { label: { ...facts().label, classes: [500, 300, 200] } };
    expect(constraintsOf(classes, 'label', 'multiclass').map(({ constraint }) => constraint)).toEqual([
      { check: 'label', class: 'a', min: 0.4, max: 0.6 },
      { check: 'label', class: 'b', min: 0.24, max: 0.36 },
      { check: 'label', class: 'c', min: 0.14, max: 0.26 },
    ]);
    const mean = { label: { classes: [], moments: { count: 100, mean: 50, m2: 40_000, min: 0, max: 99 } } };
    expect(constraintsOf(mean, 'label', 'regression')).toEqual([
      { constraint: { check: 'label', min: 40, max: 60 }, because: 'mean 50 here' },
    ]);
    const none = { label: { classes: [], moments: { count: 0, mean: 0, m2: 0, min: null, max: null } } };
    expect(constraintsOf(none, 'label', 'regression')).toEqual([]);
    const huge = { label: { classes: [], moments: { count: 2, mean: 0, m2: Number.MAX_VALUE, min: null, max: null } } };
    expect(constraintsOf(huge, 'label', 'regression')).toHaveLength(1);
  });

  it('are twice the age of an older drop', () => {
    const [found] = constraintsOf({ time: { missing: 0, min: null, max: '2025-12-31T10:15:00Z' } }, 'freshness');
    expect(found?.constraint).toEqual({ check: 'freshness', maxAge: '62d' });
  });

  it('are valid, and met by the drop they come from', () => {
    const n = fc.integer({ min: 1, max: 1_000_000 });
    const arbitrary = fc
      .record({
        rows: n,
        missing: fc.double({ min: 0, max: 1, noNaN: true }),
        positive: fc.double({ min: 0, max: 1, noNaN: true }),
        malformed: fc.nat(1000),
        ends: fc.tuple(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
        ),
        age: fc.integer({ min: -100 * 86_400, max: 1000 * 86_400 }),
        repeats: fc.nat(2),
        mean: fc.double({ noNaN: true, noDefaultInfinity: true }),
        m2: fc.double({ min: 0, max: 1e300, noNaN: true }),
      })
      .map(({ rows, missing, positive, malformed, ends, age, repeats, mean, m2 }) => {
        const [min, max] = ends.toSorted((a, b) => a - b) as [number, number];
        const ones = Math.floor(rows * positive);
        return facts({
          rows,
          malformed: { rows: malformed, reasons: [] },
          label: { classes: [rows - ones, ones, 0], moments: { count: rows, mean, m2, min: null, max: null } },
          time: { missing: 0, min: null, max: new Date(startedAt - age * 1000).toISOString() },
          columns: { ...facts().columns, x: { kind: 'number', missing: Math.floor(rows * missing), min, max } },
          repeats: { id: repeats },
        });
      });
    fc.assert(
      fc.property(arbitrary, fc.constantFrom('binary', 'multiclass', 'regression'), (own, task) => {
        const pipeline = pipelineOf(task as 'binary');
        const data = constrainedData(pipeline);
        const schema = constraintSchemaOf(CONSTRAINTS);
        const constraints = suggest(own, task as 'binary').map(
          ({ constraint }): Constraint => schema.parse(constraint),
        );
        checkConstraintSettings({ ...pipeline, constraints }, (path, message) => {
          throw new Error(`${path.join('.')} ${message}`);
        });
        const { x } = own.columns;
        for (const { check, min, max } of constraints) {
          if (check !== 'range' || x?.kind !== 'number') continue;
          expect(Number(min)).toBeLessThanOrEqual(x.min ?? 0);
          expect(Number(max)).toBeGreaterThanOrEqual(x.max ?? 0);
        }
        const last = { runId: 'r0', facts: own };
        const results = judgeConstraints({ ...data, constraints, broken: [], facts: own, last, startedAt });
        expect(results.filter(({ passed }) => !passed)).toEqual([]);
        expect(refusalText(results, 'small')).toBeUndefined();
      }),
    );
  });
});
