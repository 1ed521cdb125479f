import { toEstimate } from '#domain/evaluation/bootstrap';
import { metricsOf } from '#domain/metrics/registry';
import { formatNumber, formatPercent } from '#domain/text/format-number';
import type { Severity } from '#schemas/records/drift-history';
import type { LabelMeasure } from '#schemas/records/label-window';
import { type LabelCheck, notMeasured } from './label-check.ts';
import { drawSample, type Loss, lossBetween } from './loss.ts';

/** How severe a loss is: the severities of an estimated loss, by the interval of the difference to the holdout. */
export function severityOfLoss({ share, least }: Pick<Loss, 'share' | 'least'>, maxDrop: number): Severity {
  if (least > maxDrop) return 'critical';
  if (least <= 0) return 'none';
  return share > maxDrop ? 'warning' : 'note';
}

/** Whether the model really got worse. */
export const performance = {
  name: 'performance',
  label: 'Realised performance',
  summary:
    'Whether the metric that is judged is worse than on the holdout: the loss that an estimate without labels only expects.',
  source:
    'each metric as in an evaluation; the interval of the difference by a bootstrap over the rows of both sides (Efron 1979)',
  measure(comparison) {
    const { task, metric, maxDrop, window, holdout, bootstrap } = comparison;
    const names = metricsOf(task).map(({ name }) => name);
    const now = drawSample(comparison, window, names);
    const before = drawSample(comparison, holdout, names, { seed: bootstrap.seed + 1 });
    const [own, known] = [now.get(metric), before.get(metric)];
    const loss = own && known && lossBetween(metric, own, known);
    if (!own || !known || !loss) return notMeasured('performance', `not measured: the rows do not define ${metric}`);
    const severity = severityOfLoss(loss, maxDrop);
    const measures = [...now].map(([name, draws]): LabelMeasure => {
      const { value, low, high } = toEstimate(draws);
      const of = before.get(name);
      return {
        name,
        value,
        low,
        high,
        ...(of ? { holdout: of.value } : {}),
        ...(name === metric ? { changed: severity === 'warning' || severity === 'critical' } : {}),
      };
    });
    const { value, low, high } = toEstimate(own);
    return {
      check: 'performance',
      severity,
      measured: true,
      reason: `${metric} is ${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)}), and it was ${formatNumber(known.value)} on the holdout${severity === 'none' ? '' : `: ${formatPercent(loss.share)} worse, by at least ${formatPercent(loss.least)}`}`,
      measures: measures.toSorted((a, b) => Number(b.name === metric) - Number(a.name === metric)),
    };
  },
} as const satisfies LabelCheck;
