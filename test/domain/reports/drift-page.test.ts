import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { HistogramPair } from '#domain/drift/window-counts';
import { type DriftPage, driftPage, lastJudged } from '#domain/reports/drift-page';
import type { CategoryHistogram, NumberHistogram } from '#schemas/records/baseline';
import { aLabelledModel, aLabelWindow, unjudged } from '../outcomes/a-label-window.ts';
import { aRecord, estimate, outside } from './drift-records.ts';
import { all, asXml, textOf } from './page.ts';

const income: NumberHistogram = {
  kind: 'number',
  column: 'income',
  edges: [9000, 30_000, 42_000, 90_000],
  counts: [0, 100, 500, 400, 0],
  missing: 20,
};
const home: CategoryHistogram = {
  kind: 'category',
  column: 'home',
  categories: ['rent', '<own> & "more"'],
  counts: [60, 40, 0],
  missing: 0,
};
const pairs: [string, HistogramPair][] = [
  ['income', { before: income, now: { ...income, counts: [2, 250, 500, 200, 30], missing: 60 } }],
  ['home', { before: home, now: { ...home, counts: [30, 30, 40] } }],
];
const page = (own: Partial<DriftPage> = {}) =>
  driftPage({
    pipeline: 'loan-default',
    checks: [aRecord({})],
    bins: new Map(),
    realised: [],
    deployments: [],
    ...own,
  });

/** Three weeks of daily checks: the model gets worse, is replaced, and is well again. */
const history: Partial<DriftPage> = {
  checks: [
    aRecord({ day: 8 }),
    aRecord({ day: 9, performance: estimate(0.77) }),
    aRecord({
      day: 10,
      rows: 12,
      tooSmall: true,
      columns: [],
      score: undefined,
      performance: { status: 'none', alarm: false, reason: 'no estimate: too few' },
    }),
    aRecord({ day: 11, drifted: ['income'], performance: estimate(0.7, true), alarm: true }),
    aRecord({ day: 12, drifted: ['income', 'home'], performance: outside, alarm: true }),
    aRecord({
      day: 14,
      drifted: ['income', 'home'],
      scoreDrifted: true,
      performance: estimate(0.69, true),
      alarm: true,
    }),
  ],
  bins: new Map(pairs),
  scoreBins: { before: income, now: income },
  realised: [
    { day: '2026-02-07', metrics: { auc: { value: 0.79, low: 0.76, high: 0.81 } } },
    {
      day: '2026-02-10',
      metrics: { auc: { value: 0.71, low: 0.68, high: 0.74 }, f1: { value: 0.5, low: 0.4, high: 0.6 } },
    },
    { day: '2026-02-11', metrics: { f1: { value: 0.5, low: 0.4, high: 0.6 } } },
  ],
  deployments: [
    { at: '2025-11-01T00:00:00Z', version: 1 },
    { at: '2026-02-09T10:00:00Z', version: 2 },
  ],
};

describe('the drift page', () => {
  it('says what the last check came to, with what moved ranked', () => {
    const text = textOf(page(history));
    expect(text).toContain('Checks shown 6 Alarms 3 Last check 2026-02-14 06:00 UTC');
    expect(text).toMatch(
      /✕ Alarm 5,200 rows from 2026-02-07 06:00 UTC to 2026-02-14 06:00 UTC: 2 of 3 columns drifted/,
    );
    expect(text).toContain('The estimate of auc is 0.69');
    expect(text).toContain('Not watched: id (an id differs from row to row)');
    const ranked = all(page(history), /<li><code>([^<]*)/g);
    expect(ranked).toEqual(['income', 'home', 'scores of the model']);
  });

  it('draws each column that moved with both sides on one scale, and names missing and unseen bins', () => {
    const html = page(history);
    expect(all(html, /<figcaption><code>([^<]*)/g)).toEqual(['income', 'home', 'scores of the model']);
    expect(textOf(html)).toMatch(/below training .*above training .*missing/);
    expect(textOf(html)).toContain('unseen');
    expect(all(html, /class="bar before"/g).length).toBe(all(html, /class="bar"/g).length);
    expect(html).toContain('share of the rows (%)');
    expect(textOf(html)).toContain('≥ 42,000 went from 39.2 % to 19.2 % of the rows.');
  });

  it('draws estimated and realised performance over time, with alarms and deployments', () => {
    const html = page(history);
    expect(all(html, /<circle class="point candidate" cx/g).length).toBe(4 + 1);
    expect(all(html, /<rect class="point champion"/g).length).toBe(2 + 1);
    expect(html).toContain('>v2</text>');
    expect(html).not.toContain('>v1</text>');
    expect(textOf(html)).toMatch(
      /estimated, 95 % interval realised by labels holdout alarm \? no estimate: outside deployment/,
    );
    expect(textOf(html)).toContain('3 alarms, last estimate of auc 0.69, last realised auc 0.71');
  });

  it('has what labels say by window, with the calibration of each', () => {
    const labels = [
      aLabelWindow({ models: [aLabelledModel(), unjudged] }),
      aLabelWindow({ from: '2025-12-25', to: '2026-01-01' }),
    ];
    const html = page({ ...history, labels });
    const text = textOf(html);

    expect(XMLValidator.validate(asXml(html))).toBe(true);
    expect(text).toContain('What labels say');
    expect(text).toContain('performance ✕ critical auc is 0.7, and it was 0.8 on the holdout');
    expect(text).toContain('relation ✓ none not measured: no inputs');
    expect(text).toContain('not judged: 3 rows so far');
    expect(text).toContain('estimated auc 0.8 (0.75 to 0.85)');
    expect(text).toContain('auc, sex group 2 0.6 0.5 to 0.7 0.8');
    expect(text).toContain('calibration error by chance 0.02 – –');
    expect(
      all(html, /id="(calibration-\d)-t"/g).length + all(html, /id="(calibration-\d)[-"]/g).length,
    ).toBeGreaterThan(1);
    expect(textOf(page({ ...history, labels: [aLabelWindow({ models: [unjudged] })] }))).not.toContain(
      'Calibration by window',
    );
    expect(textOf(page(history))).not.toContain('What labels say');
  });

  it('is well-formed, and shows no markup of a category', () => {
    const html = page(history);
    expect(XMLValidator.validate(asXml(html))).toBe(true);
    expect(html).not.toContain('<own>');
  });

  it('lists the checks, the newest first', () => {
    const html = page(history);
    const rows = all(html, /<tr><th scope="row" class="when">([^<]*)/g);
    expect(rows[0]).toBe('2026-02-14 06:00 UTC');
    expect(rows).toHaveLength(6);
    const text = textOf(html);
    expect(text).toMatch(/12 0 of 3 – – – too few rows/);
    expect(text).toMatch(/income PSI 0.6 of 0.2 auc 0.69 \(0.67 to 0.71\) ✕ alarm/);
    expect(text).toMatch(/income PSI 0.6 of 0.2 outside ✕ alarm/);
  });

  it('of a quiet pipeline has no causes, and no bins where their counts are not kept', () => {
    const html = page({ checks: [aRecord({ coverage: undefined, performance: estimate(0.78) })] });
    const text = textOf(html);
    expect(text).toContain('✓ No drift');
    expect(text).not.toContain('What moved');
    expect(html).not.toContain('class="bar"');
    expect(text).not.toContain('Not watched');
    const [first] = aRecord({}).columns;
    const untested = { ...first, column: 'income', tests: {} } as ReturnType<typeof aRecord>['columns'][number];
    const bins = new Map(pairs);
    expect(textOf(page({ checks: [aRecord({ columns: [untested] })], bins }))).toContain('No test applies.');
    expect(textOf(page({ checks: [aRecord({})], bins }))).toContain('✓ steady');
    expect(textOf(page({ checks: [aRecord({ drifted: ['age'] })] }))).toContain('Columns drifted, without an alarm');
  });

  it('draws realised performance alone where nothing was estimated', () => {
    const none = { status: 'none', alarm: false, reason: 'no estimate: the rows of a drop have no scores' } as const;
    const checks = [aRecord({ performance: none, decidedBy: 'columns' })];
    const realised = [{ day: '2026-02-07', metrics: { f1: { value: 0.5, low: 0.5, high: 0.5 } } }];
    expect(textOf(page({ checks, realised }))).toContain('0 alarms, last realised f1 0.5');
    expect(textOf(page({ checks }))).toContain('No check estimated the performance, and there are no outcomes yet.');
    const other = { ...realised[0], day: '2026-02-07', metrics: {} };
    expect(textOf(page({ checks, realised: [other] }))).toContain('No check estimated the performance');
  });

  it('without any check, or without one that judged, says so', () => {
    const text = textOf(page({ checks: [] }));
    expect(text).toContain('No check had rows enough to judge.');
    expect(text).toContain('Last check none yet Model of run –');
    const small = aRecord({ tooSmall: true, rows: 3, columns: [], score: undefined });
    expect(lastJudged([small])).toBeUndefined();
    expect(textOf(page({ checks: [small] }))).toContain('No check had rows enough to judge.');
  });

  it('separates no bins where all are ordinary ones', () => {
    const plain = { ...income, missing: 0 };
    const bins = new Map([['income', { before: plain, now: plain }]]);
    expect(textOf(page({ bins }))).toContain('≥ 42,000');
    expect(page({ bins })).not.toMatch(/"M8 \d+H/);
    expect(page({ bins: new Map([pairs[0] as [string, HistogramPair]]) })).toMatch(/"M8 \d+H/);
  });

  it('bounds the causes and the plots of a wide pipeline', () => {
    const [first] = aRecord({ drifted: ['income'] }).columns;
    const columns = Array.from({ length: 30 }, (_, i) => ({ ...first, column: `c${i}` })) as ReturnType<
      typeof aRecord
    >['columns'];
    const bins = new Map(columns.map(({ column }) => [column, pairs[0]?.[1] as HistogramPair]));
    const html = page({ checks: [aRecord({ drifted: ['income'], columns })], bins });
    expect(all(html, /<li>/g)).toHaveLength(10);
    expect(textOf(html)).toContain('20 more columns drifted.');
    expect(all(html, /<figure>/g)).toHaveLength(12);
    expect(textOf(html)).toContain('18 more columns moved less.');
  });
});
