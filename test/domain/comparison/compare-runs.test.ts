import { describe, expect, it } from 'vitest';
import { compareRuns } from '#domain/comparison/compare-runs';
import { comparisonPage } from '#domain/reports/comparison-page';
import { runComparisonSchema } from '#schemas/records/run-comparison';
import { asXml, textOf } from '../reports/page.ts';
import { sampleReport } from '../reports/sample.ts';
import { sampleRecords, sampleRun } from '../reports/sample-run.ts';

const first = sampleRun({}, { endedAt: '2026-03-01T10:16:40.000Z' });
const second = sampleRun({
  runId: '20260308-101500-aaaaaa',
  training: { hyperparameters: { eta: '0.3', max_depth: '4', gamma: '1' }, image: 'xgboost:3.0-5' },
  pipeline: {
    ...sampleRecords().pipeline,
    dataset: {
      columns: { income: { role: 'feature', type: 'number' }, home: { role: 'ignore' } } as never,
    },
  },
});
const reason = { reason: 'the runs have different data' };
const difference = { difference: 0.01, low: 0.005, high: 0.02, bounds: [] };

describe('a comparison of runs', () => {
  it('meets its schema', () => {
    const comparison = compareRuns([first, second], reason);
    expect(runComparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  });

  it('names the settings and columns that differ, and no other', () => {
    const { hyperparameters, columns } = compareRuns([first, second], reason);
    expect(hyperparameters).toEqual([
      { name: 'eta', values: ['0.1', '0.3'] },
      { name: 'gamma', values: [null, '1'] },
    ]);
    expect(columns.map(({ name }) => name)).toEqual(['loan_id', 'home']);
    expect(compareRuns([first, first], reason)).toMatchObject({ hyperparameters: [], columns: [] });
  });

  it('has the time and cost of each run where they are known', () => {
    const costs = { region: 'eu-central-1', actual: { usd: 0.5, about: false, unknown: [] } };
    const paid = sampleRun({}, { costs, model: { version: 7, package: 'arn' } });
    const { runs } = compareRuns([first, paid], reason);
    expect(runs).toMatchObject([
      { seconds: 100, usd: null, modelVersion: null },
      { seconds: null, usd: 0.5, modelVersion: 7 },
    ]);
  });

  it('keeps a metric that one run alone has, or that no kind is registered for', () => {
    const { evaluation } = second;
    const odd = { ...second, evaluation: { ...evaluation, metrics: { odd: { value: 1, low: 0, high: 2 } } } } as never;
    const { metrics } = compareRuns([first, odd], reason);
    expect(metrics.find(({ metric }) => metric === 'odd')).toEqual({
      metric: 'odd',
      higherIsBetter: null,
      estimates: [null, { value: 1, low: 0, high: 2 }],
    });
  });
});

describe('the page of a comparison', () => {
  const differences = {
    rows: 900,
    metrics: [
      { metric: 'auc', runs: [difference] },
      { metric: 'log_loss', runs: [{ ...difference, difference: 0.02 }] },
      { metric: 'f1', runs: [{ ...difference, low: -0.1 }] },
      { metric: 'odd', runs: [difference] },
    ],
  };
  const page = comparisonPage(compareRuns([first, second], differences), [first, second]);

  it('shows better and worse by the direction of the metric', () => {
    const [, section = ''] = page.split('<h2 id="differences">');
    const rowOf = (label: string) =>
      section.split('<tr>').find((row) => row.includes(`<th scope="row">${label}`)) ?? '';
    expect(rowOf('ROC AUC')).toContain('whisker good');
    expect(rowOf('Log-loss')).toContain('whisker bad');
    expect(rowOf('F1')).toContain('whisker neutral');
    expect(rowOf('odd')).toContain('whisker neutral');
    expect(textOf(page)).toContain('900 holdout rows that all runs have');
  });

  it('overlays the curves and importances, and names what differs', () => {
    expect(page).toContain('id="roc-t"');
    expect(page).toContain('line r1');
    expect(page).toContain('importances-t');
    expect(textOf(page)).toMatch(/Hyperparameters that differ .* eta .* 0.3/);
    expect(textOf(page)).toContain('under way');
  });

  it('says why there are no differences, and draws no curve of one run', () => {
    const regression = sampleRun({ evaluation: sampleReport('regression').evaluation });
    const bare = { ...regression, evaluation: { ...regression.evaluation, importances: [] } };
    const text = comparisonPage(compareRuns([bare, bare], reason), [bare, bare]);
    expect(textOf(text)).toContain('No paired differences: the runs have different data.');
    expect(text).not.toContain('id="roc-t"');
    expect(text).not.toContain('importances-t');
    expect(textOf(text)).toContain('None.');
  });

  it('escapes what it shows and is well-formed', () => {
    const odd = { ...second, status: '<b>&' };
    const text = comparisonPage(compareRuns([first, odd], reason), [first, odd]);
    expect(text).toContain('&lt;b&gt;&amp;');
    expect(text).not.toContain('<script');
    expect(asXml(text).match(/<table/g)?.length).toBe(asXml(text).match(/<\/table>/g)?.length);
  });

  it('shows a metric without an interval, one that a run lacks, costs and minutes', () => {
    const costs = { region: 'eu-central-1', actual: { usd: 0.5, about: false, unknown: [] } };
    const metrics = { auc: { value: 1, low: 1, high: 1, interval: 'none' as const } };
    const perfect = sampleRun({}, { costs, endedAt: '2026-03-01T10:25:00.000Z', model: { version: 7, package: 'a' } });
    const odd = { ...perfect, evaluation: { ...perfect.evaluation, metrics } } as never;
    const refused = { ...first, verdict: { ...first.verdict, passed: false } };
    const text = textOf(comparisonPage(compareRuns([refused, odd], reason), [refused, odd]));
    for (const part of ['no interval', '–', '10 min', '$0.50', 'refused']) expect(text).toContain(part);
  });
});
