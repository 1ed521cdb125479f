import { describe, expect, it } from 'vitest';
import { measureCalibration } from '#domain/evaluation/measure-calibration';
import { describeOperating, type OperatingInput } from '#domain/evaluation/operating';
import { createRandom } from '#domain/random';
import { renderReport } from '#domain/reports/render';
import type { Evaluation, MeasuredCalibration } from '#schemas/records/evaluation';
import { sampleReport } from './sample.ts';

const random = createRandom(31);
const scores = Float64Array.from({ length: 3000 }, () => random.float() ** 3);
const labels = Array.from(scores, (score) => Number(random.float() < score));
const bootstrap = { resamples: 200, seed: 1 };
const chosen = {
  rows: { labels, scores },
  threshold: 0.11,
  choice: {
    rule: 'errors cost least, with 1 for a false positive and 8 for a false negative',
    rows: 1500,
    positives: 370,
    low: 0.09,
    high: 0.14,
  },
  costs: { falsePositive: 1, falseNegative: 8 },
  bootstrap,
} as const;

/** The page of a run with an operating point, up to the next section. */
function section(input: OperatingInput, over: Partial<Evaluation> = {}): string {
  const report = sampleReport('binary');
  const evaluation = { ...report.evaluation, operating: describeOperating(input), ...over } as Evaluation;
  const page = renderReport({ ...report, evaluation });
  return page.slice(page.indexOf('aria-labelledby="threshold"')).split('</section>')[0] ?? '';
}

describe('the calibration in the report', () => {
  const page = (calibration: MeasuredCalibration) => {
    const report = sampleReport('binary');
    return renderReport({ ...report, evaluation: { ...report.evaluation, calibration } as Evaluation });
  };
  const uncalibrated = scores.map((score) => score / 2);
  const numbers = Float64Array.from(labels);

  it('is measured, with what chance gives', () => {
    const text = page(measureCalibration({ labels: numbers, scores }, 1));
    expect(text).toMatch(/expected calibration error 0\.0\d\d \(0\.0\d\d–0\.0\d\d; 0\.0\d\d by chance\)</);
    expect(text).not.toContain('before calibration');
  });

  it('is shown beside that before', () => {
    const text = page(measureCalibration({ labels: numbers, scores, method: 'platt', uncalibrated }, 1));
    expect(text).toMatch(/by chance\), by platt; before 0\.\d{3} \(/);
    expect(text).toContain('before calibration');
  });
});

describe('the threshold in the report', () => {
  it('says how it was chosen, how sure that is, and what errors cost', () => {
    const text = section(chosen);
    expect(text).toContain(
      'It was chosen on 1,500 validation rows, of which 370 are positive, so that errors cost least, with 1 for a false positive and 8 for a false negative. Of resamples of these rows, 95 % choose from 0.09 to 0.14.',
    );
    expect(text).toMatch(/Errors cost [\d.,]+ per 1,000 rows of the holdout \(95 % interval [\d.,]+ to [\d.,]+\)/);
    expect(text).toContain('id="cost-by-threshold-t"');
    expect(text).toContain('id="shares-by-threshold-t"');
    expect(text).toContain('Cost per 1,000');
    expect(text.match(/in use/g)).toHaveLength(1);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('notes what the rows did not allow, and a champion with another threshold', () => {
    const champion = { ...sampleReport('binary').evaluation.champion, threshold: 0.5 } as Evaluation['champion'];
    const text = section({ ...chosen, choice: { ...chosen.choice, problem: 'it rests on 9 positive rows' } }, {
      champion,
    } as Partial<Evaluation>);
    expect(text).toContain('Note: it rests on 9 positive rows.');
    expect(text).toContain('The champion has its own, 0.5, and is compared at it.');
  });

  it('shows no costs where none are known', () => {
    const text = section({ rows: chosen.rows, threshold: 0.3, bootstrap });
    expect(text).toContain('A score of 0.3 or more counts as positive, as the pipeline says.');
    expect(text).not.toContain('Cost');
    expect(text).toContain('id="shares-by-threshold-t"');
  });

  it('draws a threshold above every score, and is absent from records without it', () => {
    expect(section({ ...chosen, threshold: 1 })).toContain('A score of 1 or more');
    expect(renderReport(sampleReport('binary'))).not.toContain('id="threshold"');
    expect(renderReport(sampleReport('regression'))).not.toContain('id="threshold"');
  });
});
