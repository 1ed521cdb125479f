import { describe, expect, it } from 'vitest';
import { fairnessSchema } from '#domain/fairness/settings';
import { renderReport } from '#domain/reports/render';
import { judgeSlices } from '#domain/slices/judge';
import type { Evaluation } from '#schemas/records/evaluation';
import { binaryRows, bootstrap, settings } from '../slices/rows.ts';
import { textOf } from './page.ts';
import { sampleReport } from './sample.ts';

/** Groups of two columns, measured on made-up rows; with a champion or without. */
function measure(champion: boolean) {
  const rows = binaryRows(500, 5, ({ sex }) => sex === 'Female');
  const [sex = { column: 'sex', values: [] }, region = { column: 'region', values: [] }] = rows.columns;
  const long = {
    ...region,
    values: region.values.map((value) => (value === 'west' ? `<west> ${'x'.repeat(80)}` : value)),
  };
  const fairness = [
    fairnessSchema.parse({ column: 'sex', disadvantaged: ['Female'], group: ['region'] }),
    fairnessSchema.parse({ column: 'region', disadvantaged: ['north'], advantaged: ['east'] }),
  ];
  return judgeSlices({
    evaluation: { gates: [{ metric: 'auc', min: 0.7 }], bootstrap, slices: settings, fairness },
    thresholds: { candidate: 0.5, champion: 0.5 },
    task: 'binary',
    classes: ['repaid', 'defaulted'],
    holdout: rows.judged,
    isComparable: champion,
    columns: [sex, long],
    inputs: { rows: 500, width: 1, values: new Float64Array(500) },
  });
}
const measured = { true: measure(true), false: measure(false) };

function pageOf(
  over: (parts: Pick<Evaluation, 'slices' | 'fairness'>) => Partial<Evaluation> = (parts) => parts,
  champion = true,
) {
  const parts = measured[champion ? 'true' : 'false'];
  const report = sampleReport('binary', { champion });
  return renderReport({ ...report, evaluation: { ...report.evaluation, ...over(parts) } as Evaluation });
}

describe('the report on slices', () => {
  const page = pageOf();
  const text = textOf(page);

  it('names the slices that are worse, and shows each with its interval and the champion', () => {
    expect(text).toContain('Worse than all rows (ROC AUC');
    expect(text).toMatch(/sex Female.*on \d+ rows/);
    expect(page).toContain('<span class="mark bad">worse</span>');
    expect(page).toContain('aria-labelledby="slices-forest-t slices-forest-d"');
    expect(page).toContain('class="point champion"');
    expect(text).toContain('The other metrics of the candidate by slice');
  });

  it('shows a value of a file escaped and shortened', () => {
    expect(page).not.toContain('<west>');
    expect(page).not.toContain('x'.repeat(60));
    expect(page).toContain('region &lt;west&gt; xxx');
  });

  it('says so where none is worse, where pairs were left out, and where groups are small', () => {
    const calm = textOf(
      pageOf(
        ({ slices }) =>
          slices
            ? {
                slices: {
                  ...slices,
                  metric: 'gone',
                  found: [],
                  tested: 1,
                  untested: 1,
                  slices: slices.slices.map((own) => ({ of: own.of, rows: 3, small: true, metrics: {} })),
                },
              }
            : {},
        false,
      ),
    );
    expect(calm).toContain(
      'No slice is worse than all rows by more than chance: 1 group of one column or two was compared',
    );
    expect(calm).toContain('1 small pair of groups was left out');
    expect(calm).toContain('small');
    expect(calm).not.toContain('The other metrics of the candidate by slice');
    const more = pageOf(({ slices }) => (slices ? { slices: { ...slices, untested: 3, metric: 'gone' } } : {}));
    expect(textOf(more)).toContain('3 small pairs of groups were left out');
  });

  it('has no such section without slices', () => {
    expect(textOf(pageOf(() => ({})))).not.toContain('Slices');
  });
});

describe('the report on fairness', () => {
  it('shows every metric with its interval and what it means', () => {
    const text = textOf(pageOf());
    expect(text).toContain('By sex: sex Female');
    expect(text).toContain('CDDL and CDDPL compare within region.');
    expect(text).toContain('DI Disparate Impact');
    expect(text).toContain('The four-fifths rule asks for 0.8.');
    expect(text).toContain('rows are of neither');
    expect(text).toContain('Not measured: CDDL (it needs a group variable');
  });

  it('keeps a metric of another version, and does without a champion', () => {
    const page = pageOf(({ fairness = [] }) => ({
      fairness: fairness.slice(0, 1).map(({ champion: _, ...own }) => ({
        ...own,
        rows: { ...own.rows, neither: 1 },
        metrics: { ...own.metrics, OLD: { value: 0.5, low: 0.5, high: 0.5, interval: 'none' as const } },
      })),
    }));
    expect(textOf(page)).toContain('OLD');
    expect(textOf(page)).toContain('1 row is of neither.');
    expect(textOf(pageOf(({ slices }) => (slices ? { slices } : {})))).not.toContain('Fairness');
  });
});
