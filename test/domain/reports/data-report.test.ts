import { describe, expect, it } from 'vitest';
import { type DataReportInput, renderDataReport } from '#domain/reports/data-report';
import type { ConstraintResult } from '#schemas/records/constraints';
import { dropRecord } from '../../fakes/data-run.ts';

const result = (own: Partial<ConstraintResult>): ConstraintResult => ({
  constraint: 'missing x ≤ 5 %',
  check: 'missing',
  onFailure: 'refuse',
  passed: true,
  measured: '1 %',
  required: 'at most 5 %',
  reason: 'Column "x" has no value in 1 % of the rows (10 rows); required: at most 5 %.',
  ...own,
});
const input = (own: Partial<DataReportInput> = {}): DataReportInput => ({
  pipeline: { name: 'loans', description: 'Who <pays> back?', dataset: { label: { column: 'y' } } },
  runId: 'r1',
  drop: dropRecord({ prefix: 'loans/2026-01/' }),
  classes: ['no', 'yes'],
  results: [result({})],
  leakage: [],
  facts: {
    rows: 1000,
    malformed: { rows: 2, reasons: [{ column: 'x', reason: 'not a finite number', count: 2 }] },
    label: { classes: [900, 100], moments: { count: 1000, mean: 0.1, m2: 90, min: 0, max: 1 } },
    time: { missing: 0, min: '2026-01-01T00:00:00Z', max: '2026-01-30T00:00:00Z' },
    columns: {
      x: { kind: 'number', missing: 10, min: 2, max: 40 },
      none: { kind: 'number', missing: 1000, min: null, max: null },
      d: { kind: 'datetime', missing: 0, min: '2020-01-01T00:00:00Z', max: '2020-01-02T00:00:00Z' },
      never: { kind: 'datetime', missing: 1000, min: null, max: null },
      b: { kind: 'boolean', missing: 0, trueRows: 7 },
      c: { kind: 'category', missing: 0, values: [['a', 600]] },
      many: { kind: 'category', missing: 0, values: null },
      email: { kind: 'text', missing: 0 },
    },
    repeats: { id: 3, email: 0 },
  },
  ...own,
});
const textOf = (html: string) =>
  html
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the report of a drop', () => {
  it('names the columns that give the label away, and says that the drop is refused', () => {
    const [one, two] = ['fee', 'term <b>'].map((column) => ({
      column,
      check: 'alone',
      reason: `${column} tells it all`,
    }));
    const text = textOf(renderDataReport(input({ leakage: [one, two].flatMap((finding) => finding ?? []) })));
    expect(text).toContain('Drop refused');
    expect(text).toContain('2 columns seem to be known only after the outcome.');
    expect(text).toContain('✕ refused fee fee tells it all ✕ refused term &lt;b&gt; term &lt;b&gt; tells it all');
    const single = textOf(renderDataReport(input({ leakage: one ? [one] : [] })));
    expect(single).toContain('1 column seems to be known only after the outcome.');
    expect(textOf(renderDataReport(input()))).not.toContain('after the outcome');
  });

  it('has its facts, its columns and its constraints', () => {
    const html = renderDataReport(input());
    const text = textOf(html);
    for (const part of [
      'Data report loans Who &lt;pays&gt; back? run r1 started 2026-01-31 10:15 UTC because of drop drop loans/2026-01/',
      'The drop meets its constraint.',
      'usable rows 1,000 malformed 2 (0.2 %) label y label no 900 (90 %) label yes 100 (10 %)',
      'time 2026-01-01T00:00:00Z to 2026-01-30T00:00:00Z',
      'x not a finite number 2',
      'x number 10 (1 %) 2 to 40',
      'none number 1,000 (100 %) none',
      'd datetime 0 (0 %) 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z',
      'never datetime 1,000 (100 %) none',
      'b boolean 0 (0 %) 7 true',
      'c category 0 (0 %) 1 value',
      'many category 0 (0 %) many values',
      'email text 0 (0 %) not counted',
      'Rows that repeat a value: id 3, email 0.',
    ])
      expect(text).toContain(part);
    expect(html).toContain('<title>loans · r1 · data</title>');
    expect(text).not.toContain('Drop refused');
    expect(renderDataReport(input())).toBe(html);
  });

  it('says that the drop is refused, and what is not met comes first', () => {
    const results = [
      result({ constraint: 'met' }),
      result({ constraint: 'warned', passed: false, onFailure: 'warn' }),
      result({ constraint: 'unmet', passed: false }),
    ];
    const html = renderDataReport(input({ results }));
    expect(html).toContain('<title>loans · r1 · drop refused</title>');
    const text = textOf(html);
    expect(text).toContain('Drop refused Nothing was trained.');
    expect(text).toContain('The drop does not meet 2 of 3 constraints.');
    expect(text).toMatch(/! warning warned .*✕ not met unmet .*✓ met met /);
  });

  it('is of data alone for a pipeline without constraints, a time and an id', () => {
    const { facts } = input();
    const text = textOf(
      renderDataReport(
        input({
          results: [],
          classes: [],
          facts: { ...facts, rows: 0, malformed: { rows: 0, reasons: [] }, time: null, repeats: {} },
        }),
      ),
    );
    expect(text).not.toMatch(/Constraints| time \d|Rows that repeat|Malformed rows/);
    expect(text).toContain('mean of the label 0.1');
    expect(text).toContain('malformed 0 (0 %)');
  });

  it('has no mean where there is no row, and no time where none was written', () => {
    const { facts } = input();
    const label = { classes: [], moments: { count: 0, mean: 0, m2: 0, min: null, max: null } };
    const time = { missing: 5, min: null, max: null };
    const text = textOf(renderDataReport(input({ classes: [], facts: { ...facts, label, time } })));
    expect(text).toContain('mean of the label –');
    expect(text).not.toContain(' to 2026');
  });

  it('counts several constraints that are all met', () => {
    expect(textOf(renderDataReport(input({ results: [result({}), result({})] })))).toContain(
      'The drop meets all 2 constraints.',
    );
  });
});
