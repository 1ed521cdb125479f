import { affordableResamples, type BootstrapOptions } from '#domain/evaluation/bootstrap';
import { groupsOf, placesOf, type SliceColumn } from '#domain/evaluation/slice-groups';
import type { SliceSettings } from '#domain/evaluation/slice-settings';
import type { Metric } from '#domain/metrics/metric';
import { METRICS, metricsOf } from '#domain/metrics/registry';
import type { Slice, Slices } from '#schemas/records/slices';
import { toSliceDifference, toSliceEstimate } from './estimate.ts';
import { drawRows, type GroupRows, isSmall, type JudgedRows } from './judged-rows.ts';
import { searchSlices } from './search.ts';

/** Resamples for a group: its interval needs fewer than the metric of all rows. */
const RESAMPLES = 400;

export interface SlicesInput {
  readonly judged: JudgedRows;
  /** The slice columns of the same rows. */
  readonly columns: readonly SliceColumn[];
  readonly settings: SliceSettings;
  readonly bootstrap: BootstrapOptions;
  /** The metric that the search for the worst group goes by; the first of the task when it is none of its metrics. */
  readonly metric?: string | undefined;
}

/**
 * Measures candidate and champion in each group of each slice column, and searches for the groups in which the candidate is worse than on
 * all rows by more than chance. Deterministic.
 *
 * @returns undefined without a slice column
 */
export function measureSlices(
  { judged, columns, settings, bootstrap, metric }: SlicesInput,
  metrics: readonly Metric[] = METRICS,
): Slices | undefined {
  const own = metricsOf(judged.task, metrics);
  const searched = own.find(({ name }) => name === metric) ?? own[0];
  if (columns.length === 0 || searched === undefined) return undefined;
  const named = groupsOf(columns);
  const groups = named.flatMap((column, i) =>
    rowsByGroup(column.column, column.values.length, placesOf(column, columns[i]?.values ?? [])),
  );
  const models = judged.champion ? 2 : 1;
  const passes = columns.length * Math.max(judged.classes, 1);
  const resamples = affordableResamples(
    Math.min(bootstrap.resamples, RESAMPLES),
    judged.labels.length * passes,
    models,
  );
  const options = { resamples, seed: bootstrap.seed };
  const { leastRows, widest, falseShare } = settings;
  return {
    columns: named,
    leastRows,
    ...(widest === undefined ? {} : { widest }),
    metric: searched.name,
    falseShare,
    slices: groups.map((group) => measureGroup(judged, group, own, leastRows, options)),
    ...searchSlices({ judged, groups, metric: searched, settings, bootstrap: options }),
  };
}

/** The rows of each group of a column. Groups without rows are kept: they have a name. */
function rowsByGroup(column: string, groups: number, places: readonly number[]): GroupRows[] {
  const rows = Array.from({ length: groups }, (): number[] => []);
  for (const [row, place] of places.entries()) rows[place]?.push(row);
  return rows.map((own, group) => ({ column, group, rows: own }));
}

function measureGroup(
  judged: JudgedRows,
  { column, group, rows }: GroupRows,
  metrics: readonly Metric[],
  leastRows: number,
  options: BootstrapOptions,
): Slice {
  const of = { column, group };
  if (isSmall(judged, rows, leastRows)) return { of, rows: rows.length, small: true, metrics: {} };
  const [own] = drawRows(judged, ['candidate'], rows, metrics, options);
  const champion = compareGroup(judged, rows, metrics, leastRows, options);
  return { of, rows: rows.length, metrics: estimates(own), ...(champion && { champion }) };
}

type Draws = ReturnType<typeof drawRows>[number];

const estimates = (draws: Draws = new Map()): Slice['metrics'] =>
  Object.fromEntries([...draws].map(([name, one]) => [name, toSliceEstimate(one)]));

/** The champion beside the candidate, on the rows that the champion cannot have been trained on; undefined where they are too few. */
function compareGroup(
  judged: JudgedRows,
  rows: readonly number[],
  metrics: readonly Metric[],
  leastRows: number,
  options: BootstrapOptions,
): Slice['champion'] {
  const { champion, comparable } = judged;
  if (!champion) return undefined;
  const some = rows.filter((row) => comparable[row] === 1);
  if (isSmall(judged, some, leastRows)) return undefined;
  const [own, other] = drawRows(judged, ['candidate', 'champion'], some, metrics, options);
  const both = [...(other ?? [])].flatMap(([name, theirs]) => {
    const ours = own?.get(name);
    return ours ? [[name, toSliceDifference(ours, theirs)] as const] : [];
  });
  return { rows: some.length, metrics: estimates(other), differences: Object.fromEntries(both) };
}
