import { describe, expect, it } from 'vitest';
import { beeswarmPlot, shadeOf } from '#domain/reports/plots/beeswarm';
import { contributionBars } from '#domain/reports/plots/contribution-bars';
import { dependencePlot } from '#domain/reports/plots/dependence';
import { waterfallPlot } from '#domain/reports/plots/waterfall';
import { explanationSection } from '#domain/reports/sections/explanation';
import { contributionUnits } from '#schemas/records/explanation';
import { all, textOf } from './page.ts';
import { sampleExplanation } from './sample-explanation.ts';

const sectionOf = (...[explanation]: Parameters<typeof explanationSection>): string =>
  explanationSection(explanation)?.markup ?? '';

describe('the section of an explanation', () => {
  it('says how many rows were explained, in which unit, and shows every plot', () => {
    const section = sectionOf(sampleExplanation('binary'));
    const text = textOf(section);
    expect(text).toContain('Shapley values of 500 of 3,000 rows of the holdout (TreeSHAP).');
    expect(text).toContain('0.69 more doubles the odds');
    expect(text).toContain('the 20 most important of 23 columns');
    expect(text).toContain('5 rows; from blue for little to orange for much');
    // the interaction's values are not known
    expect(all(section, /id="dependence-(\d)-t"/g)).toEqual(['0', '1']);
    expect(all(section, /<summary>([^<]+)/g).map((one) => one.trim())).toEqual([
      'Typical rows: from low to high answers',
      'The rows with the lowest answers',
      'The rows with the highest answers',
    ]);
  });

  it('of several classes names the class of each case, and draws no points', () => {
    const section = sectionOf(sampleExplanation('multiclass'));
    expect(textOf(section)).toContain('high, 0.97');
    expect(section).not.toContain('beeswarm');
    expect(section).not.toContain('dependence');
    expect(section).toContain('summed over the classes');
  });

  it.each(contributionUnits)('explains the unit %s', (unit) => {
    expect(textOf(sectionOf({ ...sampleExplanation('binary'), unit }))).toContain('Contributions are in ');
  });

  it('leaves out what there is none of', () => {
    const { columns, cases, ...rest } = sampleExplanation('binary');
    const few = sectionOf({ ...rest, columns: columns.slice(0, 1), cases: cases.slice(0, 1), rows: 1, holdoutRows: 1 });
    expect(textOf(few)).toContain('Shapley values of 1 row of the holdout');
    expect(few).not.toContain('most important of');
    expect(all(few, /<summary>/g)).toHaveLength(1);
  });

  it('says why a model is not explained, and nothing for a run that has no explanation', () => {
    const text = textOf(sectionOf({ version: 1, status: 'unexplained', reason: 'it is not made of trees' }));
    expect(text).toContain('The model is not explained: it is not made of trees.');
    expect(explanationSection(undefined)).toBeUndefined();
  });
});

describe('the plots of an explanation', () => {
  const { points, unit, columns, classes, cases } = sampleExplanation('binary');
  const [income, home, product] = points;

  it('draw a bar for each of twenty columns', () => {
    expect(all(contributionBars({ columns, unit, classes }).markup, /<rect class="bar"/g)).toHaveLength(20);
  });

  it('draw a point for each row, apart from each other, coloured by the value', () => {
    const { markup } = beeswarmPlot({ points: [income as NonNullable<typeof income>], unit });
    expect(all(markup, /M([\d.]+ [\d.]+)h0/g)).toHaveLength(5);
    expect(new Set(all(markup, /M([\d.]+ [\d.]+)h0/g)).size).toBe(5);
    expect([null, 0, 0.5, 1].map(shadeOf)).toEqual(['shade none', 'shade s0', 'shade s2', 'shade s4']);
    expect(markup).toContain('Those of income reach from −0.9 to 0.9.');
  });

  it('keep the points of many equal rows within their row', () => {
    const same = { column: 'x', parts: Array<number>(300).fill(0), values: [], ranks: Array<number>(300).fill(0) };
    const heights = all(beeswarmPlot({ points: [same], unit }).markup, /M[\d.]+ ([\d.]+)h0/g).map(Number);
    expect(heights).toHaveLength(300);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(6);
    expect(Math.max(...heights)).toBeLessThanOrEqual(40);
  });

  it('show how a contribution depends on a number, and on a category', () => {
    expect(all(dependencePlot(income as NonNullable<typeof income>, unit, 'd')?.markup ?? '', /h0/g)).toHaveLength(4);
    const categories = dependencePlot(home as NonNullable<typeof home>, unit, 'd')?.markup ?? '';
    expect(all(categories, /<rect class="bar"/g)).toHaveLength(2);
    expect(textOf(categories)).toContain('RENT &lt;b&gt; 0.1, OWN −0.55');
    expect(dependencePlot(product as NonNullable<typeof product>, unit, 'd')).toBeUndefined();
  });

  it('shows the ten most frequent categories and counts the others', () => {
    const values = Array.from({ length: 26 }, (_, i) => `c${i % 13}`);
    const many = { column: 'c', parts: values.map((_, i) => i), values, ranks: values.map(() => null) };
    const { markup = '' } = dependencePlot(many, unit, 'd') ?? {};
    expect(all(markup, /<rect class="bar"/g)).toHaveLength(10);
    expect(markup).toContain('3 rare categories not shown');
  });

  it('draws a number that never changes', () => {
    const same = { column: 'x', parts: [0, 0], values: [0, 0], ranks: [0, 0] };
    expect(dependencePlot(same, unit, 'd')?.markup).not.toMatch(/NaN|Infinity/);
  });

  it('lead from the average to the row', () => {
    const { markup } = waterfallPlot(cases[0] as (typeof cases)[number], unit, 'w');
    const text = textOf(markup);
    for (const label of ['income = 31,000', 'dti = missing', 'income × dti', '2 other columns'])
      expect(text).toContain(label);
    expect(text).toContain('From −1.5 to −0.87 in log-odds');
    expect(all(markup, /class="positive"/g)).toHaveLength(3);
    expect(all(markup, /class="negative"/g)).toHaveLength(2);
    const nothing = { ...(cases[0] as (typeof cases)[number]), contributions: [], others: { columns: 0, part: 0 } };
    expect(waterfallPlot(nothing, unit, 'w').markup).not.toMatch(/NaN|Infinity/);
  });
});
