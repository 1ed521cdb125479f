import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { sampledDistribution } from '#domain/profiling/sampled-distribution';
import { type RunDataPage, runDataPage } from '#domain/reports/run-data-page';
import type { ColumnProfile, Moments } from '#schemas/records/profile';
import { dropRecord } from '../../fakes/data-run.ts';
import { all, asXml, textOf } from './page.ts';

const moments = { count: 700, mean: 5, m2: 2800, min: -77, max: 99 };
const none: Moments = { count: 0, mean: 0, m2: 0, min: null, max: null };
const side = (rows: number, classes: number[], label = none) => ({ rows, classes, label });
const seen = { missing: 0, trainMissing: 0 };
const columns: Record<string, ColumnProfile> = {
  age: { kind: 'number', missing: 250, trainMissing: 170, train: moments },
  rare: { kind: 'number', ...seen, train: { ...moments, count: 4 } },
  plan: {
    kind: 'category',
    ...seen,
    counts: [
      ['secret plan', 500],
      ['other', 200],
    ],
    rest: 0,
  },
  shop: { kind: 'category', ...seen, counts: [['s', 400]], rest: 300 },
  few: { kind: 'category', ...seen, counts: [['f', 2]], rest: 0 },
  vip: { kind: 'boolean', ...seen, trueCount: 350, falseCount: 350 },
  new: { kind: 'boolean', ...seen, trueCount: 1, falseCount: 2 },
  since: { kind: 'datetime', ...seen, min: '2001-02-03T00:00:00Z', max: '2020-01-01T00:00:00Z' },
  note: { kind: 'text', ...seen, texts: 700, documents: [] },
};
const type = (name: string) => columns[name]?.kind;
const ages = sampledDistribution({
  name: 'age',
  kind: 'number',
  values: Array.from({ length: 700 }, (_, i) => i % 90),
});

function page(own: Partial<RunDataPage> = {}): string {
  const counts = own.fitted?.task === 'regression' ? [] : [400, 300];
  const sides = {
    train: side(700, counts, own.fitted?.task === 'regression' ? moments : none),
    validation: side(150, counts),
    test: side(150, counts),
  };
  const features = Object.keys(columns).map((name) => [name, { role: 'feature', type: type(name) }]);
  return runDataPage({
    pipeline: {
      name: 'churn',
      description: 'Who <leaves>?',
      dataset: {
        id: 'customer',
        columns: { ...Object.fromEntries(features), mail: { role: 'pii', action: 'drop' } },
      } as unknown as RunDataPage['pipeline']['dataset'],
      imbalance: 'none',
    },
    runId: 'r1',
    drop: dropRecord({ prefix: 'churn/2026-01/' }),
    profile: {
      rows: 1010,
      malformed: { rows: 10, reasons: [{ column: 'age', reason: 'not a number', count: 10 }] },
      sides,
      columns,
    },
    fitted: {
      version: 1,
      pipeline: 'churn',
      runId: 'r1',
      task: 'binary',
      label: { column: 'churned', classes: ['stays', 'leaves'], classCounts: [400, 300] },
      features: [{ kind: 'number', name: 'age', source: 'age' }],
      dropped: [],
      slices: [],
      sides,
      parts: { train: [1], validation: [1] },
    },
    sides: {
      version: 1,
      rule: { strategy: 'stratified', cuts: [{ validation: 1, test: 2 }] },
      identity: 'i',
      used: '',
      placed: 0,
      groups: 1000,
      mixed: 0,
      leftOut: 0,
      duplicates: { rows: 0, sets: 0, nearRows: 0, nearSets: 0, straddling: 0, nearStraddling: 0 },
    },
    seenBefore: 0,
    personalData: { columns: 9, values: 9000, findings: [], anonymity: null },
    leakage: [],
    refusesLeakage: false,
    sample: {
      rows: 700,
      together: 0.75,
      skills: new Map([
        ['age', 0.7],
        ['plan', 0.6],
      ]),
      distributions: new Map([
        [
          'plan',
          sampledDistribution({
            name: 'plan',
            kind: 'category',
            values: columns['plan'] ? Array(700).fill('secret plan') : [],
          }),
        ],
        ['age', ages],
        ['empty', sampledDistribution({ name: 'empty', kind: 'number', values: [null] })],
      ]),
    },
    ...own,
  });
}
const cells = (html: string, column: string): string[] =>
  all(
    all(html, /<tr>.*?<\/tr>/g).find((row) => row.includes(`<code>${column}</code>`)) ?? '',
    /<td[^>]*>(.*?)<\/td>/g,
  ).map((cell) => cell.replaceAll(/<[^>]+>/g, ''));

describe('the data report of a run', () => {
  it('says of each column what it became, its missing and different values, what is typical, and what it says of the label', () => {
    const html = page();
    expect(XMLValidator.validate(asXml(html))).toBe(true);
    expect(cells(html, 'age')).toEqual(['feature', 'number, one model input', '25 %', '90', '5 ± 2', '0.7']);
    expect(cells(html, 'plan').slice(2)).toEqual(['–', '2', '71.4 % in the largest', '0.6']);
    expect(cells(html, 'shop').slice(3, 5)).toEqual(['&gt; 1', '57.1 % in the largest']);
    expect(cells(html, 'vip')[4]).toBe('50 % true');
    for (const [column, typical] of [
      ['rare', '–'],
      ['few', '–'],
      ['new', '–'],
      ['since', '–'],
      ['note', '–'],
    ] as const)
      expect(cells(html, column)[4]).toBe(typical);
    expect(cells(html, 'mail')).toEqual(['pii', 'dropped', '–', '–', '–', '–']);
    expect(cells(html, 'customer').slice(0, 2)).toEqual(['id', 'tokenized']);
  });

  it('draws the label first, then columns by what they say of it, and none of which nothing is known', () => {
    expect(all(page(), /<figcaption><code>([^<]*)/g)).toEqual(['churned', 'age', 'plan']);
  });

  it('shows no category, no least or greatest value, and escapes what is shown', () => {
    const html = page();
    expect(html).not.toMatch(/secret plan|−77|2001-02-03/);
    expect(html).toContain('Who &lt;leaves&gt;?');
  });

  it('marks columns that give the label away, and says where the pipeline refuses them', () => {
    const leakage = [{ column: 'age', check: 'alone', reason: 'it tells all' }];
    expect(textOf(page({ leakage }))).toContain('2 suggestions age may be known only after the outcome: it tells all.');
    expect(textOf(page({ leakage }))).toContain('age ! leakage');
    expect(page({ leakage })).not.toContain('✕ refused');
    expect(page({ leakage, refusesLeakage: true })).toContain('✕ refused');
  });

  it('is whole for a regression, without a baseline, and with more columns than are drawn', () => {
    const shares = ages.shares;
    const many = new Map(Array.from({ length: 70 }, (_, i) => [`c${i}`, { known: 9, distinct: 9, shares }]));
    const fitted = { task: 'regression', label: { column: 'price', classes: [], classCounts: [] } } as const;
    const base = { features: [{ kind: 'number', name: 'age', source: 'age' }], dropped: [], slices: [] };
    const sides = { train: side(700, []), validation: side(150, []), test: side(150, []) };
    const whole = {
      version: 1 as const,
      pipeline: 'churn',
      runId: 'r1',
      ...base,
      ...fitted,
      label: { column: 'price', classes: [], classCounts: [] },
      sides,
      parts: { train: [1], validation: [1] },
    };
    const html = page({
      fitted: whole,
      sample: { rows: 9, skills: new Map(), distributions: new Map([...many, ['price', ages]]) },
    });
    const text = textOf(html);
    expect(text).toContain('R² alone');
    expect(text).not.toContain('linear baseline');
    expect(all(html, /<figure>/g)).toHaveLength(60);
    expect(text).toContain('11 more columns.');
    expect(
      textOf(page({ fitted: whole, sample: { rows: 0, skills: new Map(), distributions: new Map() } })),
    ).not.toContain('Values The label');
  });

  it('shows nothing of values where nothing was sampled, and refuses a kind of column that it does not know', () => {
    const sample = { rows: 0, skills: new Map(), distributions: new Map() };
    expect(all(page({ sample }), /<figcaption><code>([^<]*)/g)).toEqual(['churned']);
    const odd = { ...columns, age: { kind: 'odd', missing: 0, trainMissing: 0 } as never };
    const sides = { train: side(700, [400, 300]), validation: side(0, [0, 0]), test: side(0, [0, 0]) };
    const malformed = { rows: 0, reasons: [] };
    expect(() => page({ profile: { rows: 700, malformed, sides, columns: odd } })).toThrow('kind of column');
  });

  it('lists the first of many suggestions', () => {
    const leakage = Array.from({ length: 45 }, (_, i) => ({ column: `c${i}`, check: 'alone', reason: 'r' }));
    const html = page({ leakage });
    expect(textOf(html)).toContain('46 suggestions');
    expect(all(html, /<li>/g)).toHaveLength(40);
    expect(textOf(html)).toContain('6 more.');
  });
});
