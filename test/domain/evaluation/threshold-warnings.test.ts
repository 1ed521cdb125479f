import { expect, it } from 'vitest';
import { describeOperating } from '#domain/evaluation/operating';
import { thresholdWarnings } from '#domain/evaluation/threshold-warnings';
import type { Evaluation } from '#schemas/records/evaluation';

const choice = { rule: 'f1 is highest', rows: 90, positives: 9, low: 0.2, high: 0.7 };
const withChoice = (own: typeof choice & { problem?: string }) =>
  ({
    task: 'binary',
    operating: describeOperating({
      rows: { labels: [0, 1, 0, 1], scores: Float64Array.of(0.1, 0.9, 0.4, 0.6) },
      threshold: 0.5,
      choice: own,
      bootstrap: { resamples: 100, seed: 1 },
    }),
  }) as Evaluation;

it('says what the validation rows did not allow', () => {
  expect(thresholdWarnings(withChoice({ ...choice, problem: 'it rests on 9 positive rows' }))).toEqual([
    'the threshold 0.5 was chosen so that f1 is highest, but it rests on 9 positive rows; other validation rows would choose from 0.2 to 0.7',
  ]);
});

it('is silent where they did, and where nothing was chosen', () => {
  expect(thresholdWarnings(withChoice(choice))).toEqual([]);
  expect(thresholdWarnings({ task: 'binary' } as Evaluation)).toEqual([]);
  expect(thresholdWarnings({ task: 'regression' } as Evaluation)).toEqual([]);
});
