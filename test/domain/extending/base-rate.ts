import { fisherExact } from '#domain/drift/distributions';
import { type LabelCheck, type LabelledSample, notMeasured } from '#domain/drift/labels/label-check';
import { formatPercent } from '#domain/text/format-number';

const positives = ({ labels }: LabelledSample): number => labels.filter((label) => label === 1).length;

export const baseRate = {
  name: 'base-rate',
  label: 'Base rate',
  summary: 'Whether positives are as frequent as on the holdout.',
  source: "Fisher's exact test",
  measure({ task, holdout, window, falseAlarmRate }) {
    if (task !== 'binary') return notMeasured('base-rate', `not measured: a ${task} model has no positive class`);
    const [b, w] = [positives(holdout), positives(window)];
    const p = fisherExact(b, holdout.rows, w, window.rows);
    const [before, now] = [b / holdout.rows, w / window.rows];
    const changed = p <= falseAlarmRate;
    return {
      check: 'base-rate',
      severity: changed ? 'note' : 'none',
      measured: true,
      reason: `positives went from ${formatPercent(before)} to ${formatPercent(now)}${changed ? '' : ', which may be chance'}`,
      measures: [{ name: 'share of positives', value: now, holdout: before, p, changed }],
    };
  },
} as const satisfies LabelCheck;
