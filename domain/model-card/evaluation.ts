import { bounded } from '#domain/data/shown';
import { sliceName } from '#domain/gates/slice-name';
import { findMetric } from '#domain/metrics/registry';
import { decimalsFor, formatCount, formatFixed } from '#domain/text/format-number';
import type { Curve, Estimate, Evaluation, Verdict } from '#schemas/records/evaluation';
import type { CardEvaluation, CardMetric } from '#schemas/records/model-card';
import type { FairnessRecord, Slices } from '#schemas/records/slices';

/** Classes of a confusion matrix in a card, at most. */
const mostClasses = 20;
/** Points of a curve: a card has 100,000 characters. */
const mostPoints = 60;
/** Metrics of groups, at most, those with the most rows first; and of facets. */
const mostSlices = 50;
const mostFairness = 100;

/** Six digits are more than any of these numbers knows. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** A number with its interval in words. */
function measured(name: string, { value, low, high, interval }: Estimate, more = ''): CardMetric {
  const decimals = decimalsFor(low, high);
  const range =
    interval === 'none'
      ? 'No interval.'
      : `95 % interval ${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}.`;
  return { name: bounded(name, 255), type: 'number', value: rounded(value), notes: `${range}${more}` };
}

/** Every n-th point of a curve, and its last. */
function curve(name: string, { x, y }: Curve, axes: readonly [x: string, y: string]): CardMetric {
  const step = Math.max(1, Math.ceil(x.length / mostPoints));
  const places = x.flatMap((_, i) => (i % step === 0 || i === x.length - 1 ? [i] : []));
  return {
    name,
    type: 'linear_graph',
    value: places.map((i): [number, number] => [rounded(x[i] as number), rounded(y[i] as number)]),
    x_axis_name: axes[0],
    y_axis_name: axes[1],
  };
}

function curvesOf(evaluation: Evaluation): CardMetric[] {
  const curves =
    evaluation.task === 'binary'
      ? [
          curve('ROC curve', evaluation.curves.roc, ['false-positive rate', 'true-positive rate']),
          curve('Precision-recall curve', evaluation.curves.pr, ['recall', 'precision']),
        ]
      : [];
  if (evaluation.task === 'regression' || evaluation.confusion.labels.length > mostClasses) return curves;
  const labels = evaluation.confusion.labels.map((label) => bounded(label, 63));
  const confusion: CardMetric = {
    name: 'Confusion matrix',
    notes: 'Rows are actual classes, columns predicted ones.',
    type: 'matrix',
    value: evaluation.confusion.matrix,
    x_axis_name: labels,
    y_axis_name: labels,
  };
  return [...curves, confusion];
}

/** How many of the columns' importances are shown. */
const mostColumns = 20;
function importancesOf({ importances }: Evaluation): CardMetric[] {
  const shown = importances.slice(0, mostColumns);
  if (shown.length === 0) return [];
  return [
    {
      name: 'Permutation importance',
      notes: 'How much worse the model is when a column is permuted.',
      type: 'bar_chart',
      value: shown.map(({ mean }) => rounded(mean)),
      x_axis_name: shown.map(({ column }) => bounded(column, 63)),
      y_axis_name: 'drop of the score',
    },
  ];
}

/** A metric group where there is something in it. */
const group = (name: string, metric_data: CardMetric[]) => (metric_data.length === 0 ? [] : [{ name, metric_data }]);

function holdout(evaluation: Evaluation, verdict: Verdict): CardEvaluation {
  const metrics = Object.entries(evaluation.metrics).map(([name, estimate]) => {
    const known = findMetric(name);
    const direction = known === undefined ? '' : known.higherIsBetter ? ' Higher is better.' : ' Lower is better.';
    return measured(known?.label ?? name, estimate, direction);
  });
  const gates = verdict.gates.map(
    ({ gate, passed, reason }): CardMetric => ({
      name: bounded(gate, 255),
      type: 'boolean',
      value: passed,
      notes: bounded(reason, 1024),
    }),
  );
  const failed = verdict.gates.filter(({ passed }) => !passed).length;
  const threshold = evaluation.task === 'binary' ? { threshold: String(evaluation.threshold) } : {};
  return {
    name: 'Holdout',
    evaluation_observation: `${formatCount(evaluation.n)} rows that the model was not trained on. ${failed === 0 ? 'Every gate is passed.' : `${failed} of ${verdict.gates.length} gates are not passed.`}`,
    metadata: { task: evaluation.task, rows: String(evaluation.n), ...threshold },
    metric_groups: [
      ...group('Metrics', metrics),
      ...group('Gates', gates),
      ...group('Curves', curvesOf(evaluation)),
      ...group('Importances', importancesOf(evaluation)),
    ],
  };
}

/** The metric of each group that the search goes by. */
function slicesOf({ slices, columns, metric, whole, found }: Slices): CardEvaluation[] {
  const judged = slices
    .toSorted((a, b) => b.rows - a.rows)
    .flatMap(({ of, rows, metrics }) => {
      const own = metrics[metric];
      return own === undefined ? [] : [measured(sliceName(columns, [of]), own, ` ${formatCount(rows)} rows.`)];
    })
    .slice(0, mostSlices);
  const worse = found.map(({ of, rows, ...own }) =>
    measured(sliceName(columns, of), own, ` ${formatCount(rows)} rows.`),
  );
  const label = findMetric(metric)?.label ?? metric;
  const groups = [...group(label, judged), ...group('Worse than chance explains', worse.slice(0, mostSlices))];
  if (groups.length === 0) return [];
  const of = `${label} by group; ${formatFixed(whole, 3)} over all rows.`;
  return [{ name: 'Groups', evaluation_observation: of, metric_groups: groups }];
}

const fairnessOf = (records: readonly FairnessRecord[]): CardEvaluation[] =>
  records.slice(0, 10).map(({ column, disadvantaged, advantaged, favourable, metrics }, i) => ({
    name: bounded(`Bias ${i + 1}: ${column}`, 63),
    evaluation_observation: bounded(
      `${disadvantaged} beside ${advantaged}; the favourable answer is ${favourable}. Metrics of SageMaker Clarify.`,
      2096,
    ),
    metric_groups: group(
      'Metrics',
      Object.entries(metrics)
        .slice(0, mostFairness)
        .map(([name, estimate]) => measured(name, estimate)),
    ),
  }));

/** What the model card says of the evaluation: the holdout with gates and curves, groups, and bias. */
export const evaluationDetails = (evaluation: Evaluation, verdict: Verdict): CardEvaluation[] => [
  holdout(evaluation, verdict),
  ...(evaluation.slices ? slicesOf(evaluation.slices) : []),
  ...fairnessOf(evaluation.fairness ?? []),
];
