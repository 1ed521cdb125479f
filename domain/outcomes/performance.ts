import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { scoresOfRow } from '#domain/challenges/decisions';
import { truthOf } from '#domain/challenges/row-loss';
import {
  affordableResamples,
  type BootstrapOptions,
  bootstrap,
  type MetricDraws,
  toEstimate,
} from '#domain/evaluation/bootstrap';
import { type MetricKernel, metricKernel } from '#domain/metrics/kernel';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { unreachable } from '#domain/unreachable';
import type { Estimate } from '#schemas/records/evaluation';
import type { Outcome } from '#schemas/records/outcome';
import type { ModelPerformance } from '#schemas/records/performance';

type Answer = Outcome['answers'][number];

/** A row that a model answered, with what came true as the model numbers it. */
interface ScoredRow {
  readonly truth: number;
  readonly scores: readonly number[];
}

function kernelOf(model: ModelFacts, rows: readonly ScoredRow[], metrics: readonly Metric[]): MetricKernel {
  const { task, threshold, classes } = model;
  const scores = Float64Array.from(rows.flatMap((row) => row.scores));
  switch (task) {
    case 'binary':
      return metricKernel(task, { labels: Uint16Array.from(rows, (row) => row.truth), scores, threshold }, metrics);
    case 'multiclass': {
      const labels = Uint16Array.from(rows, (row) => row.truth);
      return metricKernel(task, { labels, scores, classes: classes.length }, metrics);
    }
    case 'regression':
      return metricKernel(task, { actual: Float64Array.from(rows, (row) => row.truth), predicted: scores }, metrics);
    default:
      return unreachable(task, 'task');
  }
}

/** The metrics that the rows define, with their intervals. */
function estimates(draws: ReadonlyMap<string, MetricDraws>): Record<string, Estimate> {
  const isDefined = ({ value, draws: resampled }: MetricDraws) =>
    Number.isFinite(value) && resampled.some((own) => Number.isFinite(own));
  return Object.fromEntries(
    [...draws].flatMap(([name, own]) => (isDefined(own) ? [[name, toEstimate(own)] as const] : [])),
  );
}

/**
 * Measures each model on the rows that it answered and whose outcomes are known: every metric of its task, with the interval of a
 * bootstrap over rows. Answers that callers received and answers that only the log has are apart. Rows of a class that a model does not
 * know are left out, and so is a model whose settings are not given.
 *
 * @param models what it takes to read the scores of each model, by its run
 */
export function measurePerformance(
  outcomes: readonly Outcome[],
  models: ReadonlyMap<string, ModelFacts>,
  options: BootstrapOptions,
  metrics: readonly Metric[] = METRICS,
): ModelPerformance[] {
  const groups = new Map<string, { readonly answer: Answer; readonly rows: ScoredRow[] }>();
  for (const { value, answers } of outcomes) {
    for (const answer of answers) {
      const model = models.get(answer.runId);
      const truth = model && truthOf(model, value);
      if (answer.failed || truth === undefined || answer.scores.length !== scoresOfRow(model as ModelFacts)) continue;
      const { runId, modelPackageVersion, role, returned } = answer;
      const group = JSON.stringify([runId, modelPackageVersion, role, returned]);
      const known = groups.get(group) ?? { answer, rows: [] };
      known.rows.push({ truth, scores: answer.scores });
      groups.set(group, known);
    }
  }
  return [...groups.values()].map(({ answer, rows }) => {
    const { runId, modelPackageVersion, role, returned } = answer;
    const kernel = kernelOf(models.get(runId) as ModelFacts, rows, metrics);
    const resamples = affordableResamples(options.resamples, rows.length, 1);
    const [draws] = bootstrap([kernel], rows.length, { ...options, resamples });
    return {
      runId,
      modelPackageVersion,
      role,
      returned,
      rows: rows.length,
      metrics: estimates(draws ?? new Map()),
    };
  });
}
