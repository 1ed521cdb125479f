import { formatNumber } from '#domain/text/format-number';
import type { Evaluation } from '#schemas/records/evaluation';

/** Says what the validation rows did not allow where a run chose its threshold, in one line; none where they did. */
export function thresholdWarnings(evaluation: Evaluation): string[] {
  if (evaluation.task !== 'binary') return [];
  const { choice, chosen } = evaluation.operating ?? {};
  if (choice?.problem === undefined || chosen === undefined) return [];
  return [
    `the threshold ${formatNumber(chosen.threshold)} was chosen so that ${choice.rule}, but ${choice.problem}; other validation rows would choose from ${formatNumber(choice.low)} to ${formatNumber(choice.high)}`,
  ];
}
