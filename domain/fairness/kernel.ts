import type { MetricKernel } from '#domain/metrics/kernel';
import type { Cells, FairnessMetric, FairnessTally } from './fairness-metric.ts';
import { NOT_LOOKED_UP } from './flips.ts';

/** Rows as bias metrics see them. */
export interface FacetRows {
  /** 0 advantaged, 1 disadvantaged, -1 neither. */
  readonly facet: Int8Array;
  /** The observed label: the number of a class, or 0 and 1 below and above a threshold. */
  readonly label: Uint16Array;
  readonly labels: number;
  /** 1 where the observed label is favourable. */
  readonly favourable: Uint8Array;
  /** 1 where the prediction is favourable. */
  readonly predicted: Uint8Array;
  /** The group of the group variable, from 0; undefined without one. */
  readonly group?: { readonly of: Int32Array; readonly groups: number } | undefined;
  /** From `flipsOf`; undefined where no neighbours are known. */
  readonly flips?: Int8Array | undefined;
}

/** The metrics that rows can have: some need a group variable or the model inputs. */
export const measurable = (
  { group, flips }: Pick<FacetRows, 'group' | 'flips'>,
  metrics: readonly FairnessMetric[],
): readonly FairnessMetric[] =>
  metrics.filter(({ needs }) => {
    if (needs === undefined) return true;
    return (needs === 'group' ? group : flips) !== undefined;
  });

/** Prepares the bias metrics of one model. The returned walk is linear in the rows. */
export function fairnessKernel(rows: FacetRows, metrics: readonly FairnessMetric[]): MetricKernel {
  const own = measurable(rows, metrics);
  const { facet, label, labels, favourable, predicted, group, flips } = rows;
  const groups = group?.groups ?? 1;
  // the place of each row among the sums: group, facet, observed, predicted
  const place = Int32Array.from(facet, (side, row) =>
    side < 0
      ? -1
      : (((group?.of[row] ?? 0) * 2 + side) * 2 + (favourable[row] as number)) * 2 + (predicted[row] as number),
  );
  return {
    names: own.map(({ name }) => name),
    measure(weights) {
      const sums = new Float64Array(groups * 8);
      const counts = [new Float64Array(labels), new Float64Array(labels)] as const;
      const flipped = { rows: 0, positive: 0, negative: 0 };
      for (let row = 0; row < place.length; row++) {
        const at = place[row] as number;
        const weight = weights[row] as number;
        if (at < 0 || weight === 0) continue;
        sums[at] = (sums[at] as number) + weight;
        const own = counts[facet[row] as 0 | 1];
        own[label[row] as number] = (own[label[row] as number] as number) + weight;
        const flip = flips?.[row] ?? NOT_LOOKED_UP;
        if (flip === NOT_LOOKED_UP) continue;
        flipped.rows += weight;
        if (flip > 0) flipped.positive += weight;
        if (flip < 0) flipped.negative += weight;
      }
      const tally = tallyOf(sums, groups, group !== undefined, [...counts.map((count) => [...count])], flipped);
      return Object.fromEntries(own.map(({ name, measure }) => [name, measure(tally)]));
    },
  };
}

function tallyOf(
  sums: Float64Array,
  groups: number,
  isGrouped: boolean,
  [a = [], d = []]: readonly (readonly number[])[],
  flips: FairnessTally['flips'],
): FairnessTally {
  const cellsAt = (group: number, side: number): Cells => {
    const [trueNegatives = 0, falsePositives = 0, falseNegatives = 0, truePositives = 0] = sums.subarray(
      (group * 2 + side) * 4,
    );
    return { truePositives, falsePositives, falseNegatives, trueNegatives };
  };
  const byGroup = Array.from({ length: groups }, (_, group) => ({ a: cellsAt(group, 0), d: cellsAt(group, 1) }));
  return {
    cells: { a: add(byGroup.map((own) => own.a)), d: add(byGroup.map((own) => own.d)) },
    labels: { a, d },
    groups: isGrouped ? byGroup : [],
    flips,
  };
}

const add = (all: readonly Cells[]): Cells => ({
  truePositives: all.reduce((sum, own) => sum + own.truePositives, 0),
  falsePositives: all.reduce((sum, own) => sum + own.falsePositives, 0),
  falseNegatives: all.reduce((sum, own) => sum + own.falseNegatives, 0),
  trueNegatives: all.reduce((sum, own) => sum + own.trueNegatives, 0),
});
