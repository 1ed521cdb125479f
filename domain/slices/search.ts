import { benjaminiHochberg } from '#domain/drift/significance';
import type { BootstrapOptions, MetricDraws } from '#domain/evaluation/bootstrap';
import type { SliceSettings } from '#domain/evaluation/slice-settings';
import type { Metric } from '#domain/metrics/metric';
import { normalTail, studentScore } from '#domain/statistics/normal';
import { scaleOf } from '#domain/statistics/scale';
import type { FoundSlice, SliceGroup, Slices } from '#schemas/records/slices';
import { errorOf, toSliceEstimate } from './estimate.ts';
import { drawRows, type GroupRows, isSmall, type JudgedRows } from './judged-rows.ts';

/** Resamples for a group that is tested, and rows × resamples of all of them at most. */
const RESAMPLES = 200;
const VISITS = 1e8;
/** Groups that are named at most. */
const MOST_FOUND = 10;

export interface SearchInput {
  readonly judged: JudgedRows;
  /** The groups of single columns. */
  readonly groups: readonly GroupRows[];
  readonly metric: Metric;
  readonly settings: SliceSettings;
  readonly bootstrap: BootstrapOptions;
}
interface Candidate {
  readonly of: readonly SliceGroup[];
  readonly rows: readonly number[];
}
type Found = Omit<FoundSlice, 'of'> & { readonly of: readonly SliceGroup[]; readonly loss: number };

/**
 * Groups of one column, and of two together, in which the metric is worse than on all rows. Each is tested one-sided on the scale of the
 * metric's range; a group is part of all rows, so the variance of the difference is that of the group times the share of the other rows.
 * Among all of them the false discovery rate is controlled by Benjamini and Hochberg (1995): groups that overlap depend on each other
 * positively, which their procedure allows (Benjamini & Yekutieli 2001).
 */
export function searchSlices(input: SearchInput): Pick<Slices, 'tested' | 'untested' | 'found' | 'whole'> {
  const { judged, metric, settings, bootstrap } = input;
  const options = { seed: bootstrap.seed + 1, resamples: Math.min(bootstrap.resamples, RESAMPLES) };
  const all = [...judged.labels.keys()];
  // one resample: only the value of all rows is used
  const whole = drawRows(judged, ['candidate'], all, [metric], { ...options, resamples: 1 })[0]?.get(metric.name);
  if (!whole) return { tested: 0, whole: 0, found: [] };
  const { chosen, untested } = choose(input, options.resamples);
  const tested = chosen.flatMap((own) => {
    const [draws] = drawRows(judged, ['candidate'], own.rows, [metric], options);
    return test(own, draws?.get(metric.name), { whole: whole.value, rows: all.length, metric });
  });
  const bound = benjaminiHochberg(
    tested.map(({ p }) => p),
    settings.falseShare,
  );
  const worse = tested.filter(({ p, loss }) => p <= bound && loss > 0);
  return {
    tested: tested.length,
    whole: whole.value,
    ...(untested > 0 ? { untested } : {}),
    found: withoutRepeats(worse)
      .slice(0, MOST_FOUND)
      .map(({ of, rows, value, low, high, p }) => ({ of: [...of], rows, value, low, high, p: p < 1e-100 ? 0 : p })),
  };
}

/** Groups that are tested: of one column, then the largest of two as far as the visits last. */
function choose({ judged, groups, settings }: SearchInput, resamples: number) {
  const isLarge = ({ rows }: { readonly rows: readonly number[] }) =>
    !isSmall(judged, rows, settings.leastRows) && rows.length < judged.labels.length;
  const singles = groups
    .map(({ column, group, rows }): Candidate => ({ of: [{ column, group }], rows }))
    .filter(isLarge);
  const pairs = settings.pairs ? pairsOf(groups).filter(isLarge) : [];
  const ordered = pairs.toSorted((a, b) => b.rows.length - a.rows.length);
  let left = VISITS / resamples - singles.reduce((sum, { rows }) => sum + rows.length, 0);
  const kept = ordered.filter(({ rows }) => {
    left -= rows.length;
    return left >= 0;
  });
  return { chosen: [...singles, ...kept], untested: pairs.length - kept.length };
}

/** Groups of two columns together, in one pass over the rows for each pair of columns. */
function pairsOf(groups: readonly GroupRows[]): Candidate[] {
  const byColumn = Map.groupBy(groups, ({ column }) => column);
  const columns = [...byColumn.keys()];
  return columns.flatMap((first, i) =>
    columns.slice(i + 1).flatMap((second) => {
      const other = new Map((byColumn.get(second) ?? []).flatMap(({ group, rows }) => rows.map((row) => [row, group])));
      return (byColumn.get(first) ?? []).flatMap(({ group, rows }) => {
        const within = Map.groupBy(rows, (row) => other.get(row) ?? -1);
        return [...within]
          .filter(([place]) => place >= 0)
          .toSorted(([a], [b]) => a - b)
          .map(
            ([place, own]): Candidate => ({
              of: [
                { column: first, group },
                { column: second, group: place },
              ],
              rows: own,
            }),
          );
      });
    }),
  );
}

function test(
  { of, rows }: Candidate,
  draws: MetricDraws | undefined,
  all: { readonly whole: number; readonly rows: number; readonly metric: Metric },
): Found[] {
  const error = draws && errorOf(draws);
  if (!draws || error === undefined) return [];
  const scale = scaleOf(all.metric.range, rows.length);
  const direction = all.metric.higherIsBetter ? 1 : -1;
  const lost = direction * (scale.to(all.whole) - scale.to(draws.value));
  const others = Math.sqrt(1 - rows.length / all.rows);
  const p = normalTail(studentScore(lost / (error * others), rows.length - 1));
  const { value, low, high } = toSliceEstimate(draws);
  return [{ of, rows: rows.length, value, low, high, p, loss: direction * (all.whole - value) }];
}

/** The worst first, without pairs that are no worse than a group of theirs that was found. */
function withoutRepeats(found: readonly Found[]): Found[] {
  const nameOf = (of: readonly SliceGroup[]): string => JSON.stringify(of.map(({ column, group }) => [column, group]));
  const singles = new Map(found.filter(({ of }) => of.length === 1).map(({ of, loss }) => [nameOf(of), loss]));
  return found
    .filter(({ of, loss }) => of.length === 1 || !of.some((own) => (singles.get(nameOf([own])) ?? -1) >= loss))
    .toSorted((a, b) => b.loss - a.loss);
}
