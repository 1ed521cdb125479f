import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cells, FairnessTally } from '#domain/fairness/fairness-metric';
import { flipsOf } from '#domain/fairness/flips';
import { type FacetRows, fairnessKernel, measurable } from '#domain/fairness/kernel';
import { FAIRNESS_METRICS, fairnessMetricSchema, findFairnessMetric } from '#domain/fairness/registry';

interface Fixtures {
  readonly tables: { name: string; rows: number[][]; metrics: Record<string, number | null> }[];
  readonly classes: { labels: number[]; facets: number[]; metrics: Record<string, number> };
}
const fixtures: Fixtures = JSON.parse(readFileSync(`${import.meta.dirname}/fixtures/smclarify.json`, 'utf8'));

const column = (rows: readonly number[][], at: number): number[] => rows.map((row) => row[at] as number);

function tableRows(rows: readonly number[][]): FacetRows {
  const facet = Int8Array.from(column(rows, 0));
  const predicted = Uint8Array.from(column(rows, 3));
  const values = Float64Array.from(rows.flatMap((row) => row.slice(4)));
  return {
    facet,
    label: Uint16Array.from(column(rows, 2)),
    labels: 2,
    favourable: Uint8Array.from(column(rows, 2)),
    predicted,
    group: { of: Int32Array.from(column(rows, 1)), groups: 3 },
    flips: flipsOf({ rows: rows.length, width: 3, values }, facet, predicted),
  };
}
const measured = (rows: FacetRows) =>
  fairnessKernel(rows, FAIRNESS_METRICS).measure(new Float64Array(rows.facet.length).fill(1));

const noCells: Cells = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
const noRows: FairnessTally = {
  cells: { a: noCells, d: noCells },
  labels: { a: [0, 0], d: [0, 0] },
  groups: [],
  flips: { rows: 0, positive: 0, negative: 0 },
};

describe('the bias metrics', () => {
  it.each(fixtures.tables)('are those of SageMaker Clarify: $name', ({ rows, metrics }) => {
    const own = measured(tableRows(rows));
    expect(Object.keys(own).sort()).toEqual(Object.keys(metrics).sort());
    for (const [name, value] of Object.entries(metrics)) {
      // what is infinite there is not defined here
      if (value === null) expect(own[name], name).toBeNaN();
      else expect(own[name], name).toBeCloseTo(value, 12);
    }
  });

  it('compare the distributions of several classes as Clarify does, over those that both facets have', () => {
    const { labels, facets, metrics } = fixtures.classes;
    const rows = {
      facet: Int8Array.from(facets),
      label: Uint16Array.from(labels),
      labels: 4,
      favourable: Uint8Array.from(labels, (label) => Number(label === 1)),
      predicted: new Uint8Array(labels.length),
    };
    expect(measured(rows)).toMatchObject(
      Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, expect.closeTo(value, 12)])),
    );
  });

  it('are worked by hand on twelve rows: advantaged TP 2, FP 1, FN 1, TN 2, disadvantaged TP 1, FP 1, FN 2, TN 2', () => {
    expect(measured(tableRows(fixtures.tables[0]?.rows ?? []))).toMatchObject({
      CI: 0, // (6 - 6) / 12
      DPL: 0, // 3/6 - 3/6
      DPPL: expect.closeTo(3 / 6 - 2 / 6, 12),
      DI: expect.closeTo(2 / 6 / (3 / 6), 12),
      DCAcc: expect.closeTo(3 / 3 - 3 / 2, 12),
      DCR: expect.closeTo(3 / 4 - 3 / 3, 12),
      RD: expect.closeTo(2 / 3 - 1 / 3, 12),
      DAR: expect.closeTo(2 / 3 - 1 / 2, 12),
      DRR: expect.closeTo(2 / 4 - 2 / 3, 12),
      AD: expect.closeTo(4 / 6 - 3 / 6, 12),
      SD: 0, // 2/3 - 2/3
      TE: 1, // 2/1 - 1/1
      // benefits: 7 times 1, twice 2, three times 0; mean 11/12, mean square 15/12
      GE: expect.closeTo((15 / 12 / (11 / 12) ** 2 - 1) / 2, 12),
    });
  });

  it.each(FAIRNESS_METRICS)('say what they are: $name', ({ name, source, example, formula, meaning, range, fair }) => {
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/sagemaker\/latest\/dg\/clarify-.*\.html$/);
    expect(fairnessMetricSchema.parse(example.fairness['metric'])).toBe(name);
    expect(findFairnessMetric(name)?.formula).toBe(formula);
    expect(meaning).toMatch(/\.$/);
    expect(fair).toBeGreaterThanOrEqual(range[0]);
    expect(fair).toBeLessThanOrEqual(range[1]);
  });

  it('have one metric a name, and none of another name', () => {
    expect(new Set(FAIRNESS_METRICS.map(({ name }) => name)).size).toBe(21);
    expect(findFairnessMetric('none')).toBeUndefined();
  });

  it.each(FAIRNESS_METRICS)('stay within their range, and are fair for facets alike: $name', (metric) => {
    const cells = fc.record({
      truePositives: fc.nat(30),
      falsePositives: fc.nat(30),
      falseNegatives: fc.nat(30),
      trueNegatives: fc.nat(30),
    });
    const labelsOf = (own: Cells) => [own.falsePositives + own.trueNegatives, own.truePositives + own.falseNegatives];
    const tallyOf = (a: Cells, d: Cells): FairnessTally => ({
      cells: { a, d },
      labels: { a: labelsOf(a), d: labelsOf(d) },
      groups: [{ a, d }],
      flips: { rows: 40, positive: Math.min(a.truePositives, 10), negative: Math.min(a.truePositives, 10) },
    });
    fc.assert(
      fc.property(cells, cells, (a, d) => {
        const value = metric.measure(tallyOf(a, d));
        if (Number.isNaN(value)) return;
        expect(value).toBeGreaterThanOrEqual(metric.range[0] - 1e-9);
        expect(value).toBeLessThanOrEqual(metric.range[1] + 1e-9);
        const same = metric.measure(tallyOf(a, a));
        // unequal errors are unequal in facets alike, too, and a model that accepts nobody has no ratio of acceptance
        if (Number.isNaN(same) || metric.name === 'GE' || (metric.name === 'DI' && same === 0)) return;
        expect(same).toBeCloseTo(metric.fair, 9);
      }),
      { numRuns: 60 },
    );
  });

  it.each(FAIRNESS_METRICS.filter(({ name }) => !['DCAcc', 'DCR', 'RD', 'DAR', 'DRR', 'SD', 'TE'].includes(name)))(
    'are not defined without rows: $name',
    (metric) => {
      expect(metric.measure(noRows)).toBeNaN();
    },
  );

  it('are left out where the rows lack what they need', () => {
    const { group: _, flips: __, ...rows } = tableRows(fixtures.tables[0]?.rows ?? []);
    const without: FacetRows = rows;
    expect(measurable(without, FAIRNESS_METRICS).filter(({ needs }) => needs !== undefined)).toEqual([]);
    expect(measured(rows)).not.toHaveProperty('FT');
    expect(measured({ ...rows, facet: new Int8Array(12).fill(-1) })['CI']).toBeNaN();
  });

  it('weigh rows as if they were there more often', () => {
    const rows = fixtures.tables[1]?.rows ?? [];
    const twice = [...rows, ...rows.slice(0, 20)];
    const flips = tableRows(rows).flips ?? new Int8Array();
    const own = { ...tableRows(rows), flips };
    const more = { ...tableRows(twice), flips: Int8Array.from([...flips, ...flips.slice(0, 20)]) };
    const weights = Float64Array.from(rows, (_, row) => (row < 20 ? 2 : 1));
    const weighted = fairnessKernel(own, FAIRNESS_METRICS).measure(weights);
    for (const [name, value] of Object.entries(measured(more))) expect(weighted[name], name).toBeCloseTo(value, 9);
  });
});
