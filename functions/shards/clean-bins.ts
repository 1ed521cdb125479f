import { featureColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { mergedSampleSql, sampleSizes } from '#domain/data/sample';
import { slices } from '#domain/data/slices';
import { emptyHistogram } from '#domain/drift/clean-bins';
import type { CleanColumnView } from '#domain/drift/clean-column-view';
import { cleanView } from '#domain/drift/clean-columns';
import { unreachable } from '#domain/unreachable';
import type { Pipeline } from '#schemas/pipeline';
import type { CleanBaseline, Histogram } from '#schemas/records/baseline';
import type { Profile } from '#schemas/records/profile';

/** Sampled rows that bins are made of: fewer where there are many columns, so that the work grows with neither. */
const sampledRows = (columns: number): number => Math.min(20_000, Math.max(1000, Math.floor(2_000_000 / columns)));

/** The exact range of a column's training values. */
function rangeOf({ column, source }: CleanColumnView, { columns, sides }: Profile) {
  if (source === '_label') return sides.train.label;
  const profile = Object.hasOwn(columns, column) ? columns[column] : undefined;
  return profile?.kind === 'number' ? profile.train : undefined;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/**
 * The bins of the clean columns, without a row: cuts by sampled training rows, ends by all of them, categories by sampled rows of the
 * holdout, which the baseline does not count.
 *
 * @param samples the relation of the shards' samples
 */
export async function fitCleanBins(
  engine: SqlEngine,
  pipeline: Pipeline,
  profile: Profile,
  samples: string,
): Promise<CleanBaseline> {
  const { watched, notWatched } = cleanView(pipeline);
  const histograms = new Map<string, Histogram>();
  const sizes = sampleSizes(featureColumns(pipeline).length);
  const limit = sampledRows(watched.length);
  const sampled = watched.filter(({ bins }) => bins === 'values');
  for (const view of watched.filter((own) => !sampled.includes(own)))
    histograms.set(view.column, emptyHistogram(view, {}));
  for (const kind of ['number', 'category'] as const) {
    const side = kind === 'number' ? 'train' : 'test';
    for (const some of slices(sampled.filter((own) => own.kind === kind))) {
      const fields = some.map(({ sql }, i) => `${sql} AS v${i}`).join(', ');
      const rows = await engine.query(
        'sample the columns',
        `SELECT ${fields} FROM ${mergedSampleSql(side, samples, sizes)} ORDER BY _hash LIMIT ${limit}`,
      );
      some.forEach((view, i) => {
        const values = rows.map((row) => row[`v${i}`]);
        histograms.set(view.column, emptyHistogram(view, sourcesOf(view, values, profile)));
      });
    }
  }
  return {
    rows: 0,
    columns: watched.map(({ column }) => histograms.get(column) as Histogram),
    notWatched: [...notWatched],
  };
}

function sourcesOf(view: CleanColumnView, values: readonly unknown[], profile: Profile) {
  switch (view.kind) {
    case 'number':
      return { numbers: Float64Array.from(values, numberOf), range: rangeOf(view, profile) };
    case 'category':
      return { categories: values.map(textOf) };
    default:
      return unreachable(view.kind, 'kind of column');
  }
}
