import { costOfCut } from '#domain/thresholds/cost';
import { type Cuts, type RankedRows, rankRows, type ScoredRows, thresholdOfCut } from '#domain/thresholds/cuts';
import type { ErrorCosts } from '#domain/thresholds/threshold-kind';
import type { Operating } from '#schemas/records/evaluation';
import type { ThresholdChoice } from '#schemas/records/operating-point';
import { type BootstrapDraws, type BootstrapOptions, bootstrap, type MetricDraws, toEstimate } from './bootstrap.ts';

/** Shares of flagged rows that the table shows. */
const TABLE_SHARES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9];
/** Points of a curve, at even thresholds and at even shares of flagged rows. */
const CURVE_POINTS = 100;
/** The threshold that a chosen one is compared with. */
const USUAL = 0.5;
const THOUSAND = 1000;

export interface OperatingInput {
  /** Rows of the holdout with the candidate's scores; both classes are there. */
  readonly rows: ScoredRows;
  readonly threshold: number;
  /** Absent where the threshold is a number of the pipeline. */
  readonly choice?: ThresholdChoice | undefined;
  readonly costs?: ErrorCosts | undefined;
  readonly bootstrap: BootstrapOptions;
}

/** The cut that a threshold makes. */
const cutAt = ({ scores }: RankedRows, threshold: number): number => {
  const below = scores.findIndex((score) => score < threshold);
  return below < 0 ? scores.length : below;
};

/** What a cut does: shares, and what its errors cost per 1,000 rows where costs are known. */
function pointOf(
  cuts: Cuts,
  cut: number,
  threshold: number,
  costs: ErrorCosts | undefined,
): Operating['table'][number] {
  const { positives, negatives } = cuts;
  const [tp, fp] = [cuts.truePositives[cut] as number, cuts.falsePositives[cut] as number];
  const rows = positives + negatives;
  return {
    threshold,
    flagged: (tp + fp) / rows,
    recall: tp / positives,
    falsePositiveRate: fp / negatives,
    precision: tp + fp === 0 ? null : tp / (tp + fp),
    ...(costs ? { cost: (costOfCut(costs, cuts, cut) / rows) * THOUSAND } : {}),
  };
}

/** The first cut that flags at least a share of the rows. */
function cutOfShare({ positives, negatives, truePositives, falsePositives }: Cuts, share: number): number {
  const wanted = share * (positives + negatives);
  return truePositives.findIndex((tp, cut) => tp + (falsePositives[cut] as number) >= wanted);
}

/** The cost of errors per 1,000 rows at a threshold, with its interval. */
function costOf({ rows: { labels, scores }, threshold, bootstrap: options }: OperatingInput, costs: ErrorCosts) {
  const each = Float64Array.from(scores, (score, row) => {
    const isPositive = labels[row] === 1;
    if (isPositive === score >= threshold) return 0;
    return THOUSAND * (isPositive ? costs.falseNegative : costs.falsePositive);
  });
  const measure = (weights: Float64Array) => {
    let sum = 0;
    let all = 0;
    for (let row = 0; row < each.length; row++) {
      sum += (each[row] as number) * (weights[row] as number);
      all += weights[row] as number;
    }
    return { cost: sum / all };
  };
  const [draws] = bootstrap([{ names: ['cost'], measure }], each.length, options);
  // the kernel has this one metric
  const { value, low, high } = toEstimate((draws as BootstrapDraws).get('cost') as MetricDraws);
  return { value, low, high };
}

/**
 * What the threshold does on the holdout, and what others would do: a table by the share of rows that they flag, and curves over all
 * thresholds. Deterministic.
 */
export function describeOperating(input: OperatingInput): Operating {
  const { rows, threshold, choice, costs } = input;
  const ranked = rankRows(rows);
  const cuts = ranked.count();
  const last = ranked.scores.length;
  const at = (cut: number, own = thresholdOfCut(ranked.scores, cut)) => pointOf(cuts, cut, own, costs);
  const unique = (list: readonly number[]) => [...new Set(list)].toSorted((a, b) => a - b);
  const even = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => i / CURVE_POINTS);
  const own = cutAt(ranked, threshold);
  const table = unique(TABLE_SHARES.map((share) => cutOfShare(cuts, share)).filter((cut) => cut !== own)).map((cut) =>
    at(cut),
  );
  const curve = unique([
    0,
    own,
    last,
    ...even.map((share) => cutOfShare(cuts, share)),
    ...even.map((one) => cutAt(ranked, one)),
  ]);
  const points = curve.map((cut) => at(cut));
  const costAt = (cut: number) => at(cut).cost as number;
  return {
    ...(choice ? { choice } : {}),
    chosen: at(own, threshold),
    table: [...table, at(own, threshold)].toSorted((a, b) => b.threshold - a.threshold),
    curve: {
      threshold: points.map((point) => point.threshold),
      flagged: points.map((point) => point.flagged),
      recall: points.map((point) => point.recall),
      precision: points.map((point) => point.precision),
    },
    ...(costs
      ? {
          costs: {
            ...costs,
            perThousand: costOf(input, costs),
            usual: costAt(cutAt(ranked, USUAL)),
            none: costs.falseNegative * (cuts.positives / (cuts.positives + cuts.negatives)) * THOUSAND,
            all: costAt(last),
            curve: points.map((point) => point.cost as number),
          },
        }
      : {}),
  };
}
