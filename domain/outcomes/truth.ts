import { type LabelledRows, realisedMetrics } from '#domain/drift/replay/realised';
import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import { formatNumber } from '#domain/text/format-number';
import type { DriftHistory } from '#schemas/records/drift-history';
import type { Truth } from '#schemas/records/label-window';
import type { LabelledAnswer } from './labelled-rows.ts';

/** Fewer rows with labels within the window of a check say little of its estimate. */
const LEAST_ROWS = 30;

type Estimated = Pick<DriftHistory, 'checkedAt' | 'runId' | 'window' | 'performance'>;

/** Milliseconds that two spans have in common. */
const overlap = (
  a: { readonly from: string; readonly to: string },
  b: { readonly from: string; readonly to: string },
): number => Math.min(Date.parse(a.to), Date.parse(b.to)) - Math.max(Date.parse(a.from), Date.parse(b.from));

/**
 * The check that estimated the performance of most of a window of days; of several the newest.
 *
 * @param checks of the model, the newest first
 */
function checkOf(
  checks: readonly Estimated[],
  window: { readonly from: string; readonly to: string },
): Estimated | undefined {
  const days = { from: `${window.from}T00:00:00Z`, to: `${window.to}T00:00:00Z` };
  const estimated = checks.filter(
    ({ performance, window: own }) => performance.status === 'estimated' && overlap(own, days) > 0,
  );
  return estimated.toSorted((a, b) => overlap(b.window, days) - overlap(a.window, days))[0];
}

/**
 * What a check estimated without labels beside what the labels show of the rows of its window, each with its interval.
 *
 * @returns undefined where no check estimated this time, or too few of its rows have labels
 */
export function truthBeside(
  checks: readonly Estimated[],
  window: { readonly from: string; readonly to: string },
  answers: readonly LabelledAnswer[],
  model: Pick<LabelledRows, 'task' | 'classes' | 'threshold'>,
  bootstrap: BootstrapOptions,
): Truth | undefined {
  const check = checkOf(checks, window);
  if (!check) return undefined;
  const [from, to] = [Date.parse(check.window.from), Date.parse(check.window.to)];
  const rows = answers.filter(({ predictedAt }) => Date.parse(predictedAt) >= from && Date.parse(predictedAt) < to);
  if (rows.length < LEAST_ROWS) return undefined;
  const estimates = check.performance.metrics ?? [];
  const realised = realisedMetrics(
    {
      ...model,
      labels: Float64Array.from(rows, ({ truth }) => truth),
      scores: Float64Array.from(rows.flatMap(({ answer }) => answer.scores)),
    },
    estimates.map(({ metric }) => metric),
    bootstrap,
  );
  const metrics = estimates.flatMap(({ metric, value, low, high }) => {
    const own = realised.get(metric);
    if (!own) return [];
    return [{ metric, estimated: { value, low, high }, realised: own, covered: own.value >= low && own.value <= high }];
  });
  const { checkedAt, window: span } = check;
  return metrics.length === 0 ? undefined : { checkedAt, from: span.from, to: span.to, rows: rows.length, metrics };
}

/** An estimate beside the truth in words. @param metric the one that is judged; the first where it was not estimated */
export function describeTruth({ checkedAt, rows, metrics }: Truth, metric: string | undefined): string | undefined {
  const own = metrics.find((one) => one.metric === metric) ?? metrics[0];
  if (!own) return undefined;
  const { estimated, realised, covered } = own;
  const range = ({ low, high }: { readonly low: number; readonly high: number }): string =>
    `${formatNumber(low)} to ${formatNumber(high)}`;
  return `the check of ${checkedAt.slice(0, 16)}Z estimated ${own.metric} ${formatNumber(estimated.value)} (${range(estimated)}); ${rows.toLocaleString('en-US')} labels of its window show ${formatNumber(realised.value)} (${range(realised)}), ${covered ? 'within' : 'outside of'} the interval`;
}
