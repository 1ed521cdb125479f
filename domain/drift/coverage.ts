import type { DataSettings } from '#domain/data/settings';
import { cleanView } from '#domain/drift/clean-columns';
import { readFeature } from '#domain/encodings/registry';
import type { Baseline, Coverage, NotWatched } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** Columns that are named at most for each reason. */
const mostNamed = 20;

/** What a check watched, and what it did not, by reason. */
export function coverageOf(watched: number, notWatched: readonly NotWatched[]): Coverage {
  const byReason = Map.groupBy(notWatched, ({ reason }) => reason);
  return {
    watched,
    notWatched: [...byReason].map(([reason, own]) => ({
      reason,
      count: own.length,
      columns: own.slice(0, mostNamed).map(({ column }) => column),
    })),
  };
}

/** What a check of a drop watched: the columns of its clean rows. */
export const coverageOfDrop = ({ columns, notWatched, embeddings = [] }: NonNullable<Baseline['clean']>): Coverage =>
  coverageOf(columns.length + embeddings.length, notWatched);

/**
 * What a check of model inputs watched: requests hold what the model reads, and nothing else.
 *
 * @param isDrop whether the rows are a drop of which no clean column was kept at training
 */
export function coverageOfInputs(
  pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>,
  { features, dropped }: Pick<FittedTransform, 'features' | 'dropped'>,
  { columns, embeddings = [] }: Pick<Baseline, 'columns' | 'embeddings'>,
  { isDrop = false }: { readonly isDrop?: boolean } = {},
): Coverage {
  // an interaction does not show how each of its columns moves
  const read = features.map((feature) => readFeature(feature)).filter(({ sources }) => sources.length === 1);
  const seen = new Set(read.flatMap(({ sources, watched }) => (watched.as === 'nothing' ? [] : sources)));
  const unwatched = new Map(
    read.flatMap(({ sources, watched }) =>
      watched.as === 'nothing' ? sources.map((source) => [source, watched.because] as const) : [],
    ),
  );
  const { watched, notWatched, parts } = cleanView(pipeline);
  for (const { column } of parts) seen.delete(column);
  const where = isDrop
    ? 'the model was trained before Tidegate kept a baseline of columns that it does not read'
    : 'requests hold what the model reads alone; drops are watched for it';
  const unseen = watched
    .filter(({ column }) => !seen.has(column))
    .map(({ column }): NotWatched => {
      if (unwatched.has(column))
        return { column, reason: unwatched.get(column) ?? 'parts of dates move with the calendar' };
      const without = dropped.find((own) => own.column === column);
      return { column, reason: without ? `no model input (${without.reason}): ${where}` : where };
    });
  const known = new Set([...seen, ...unseen.map(({ column }) => column)]);
  return coverageOf(columns.length + embeddings.length, [
    ...unseen,
    ...notWatched.filter(({ column }) => !known.has(column)),
  ]);
}

/** A coverage in sentences, for people. */
export function coverageText({ watched, notWatched }: Coverage): string {
  const left = notWatched.map(({ reason, count, columns }) => {
    const more = count > columns.length ? `, and ${count - columns.length} more` : '';
    return `${columns.join(', ')}${more} (${reason})`;
  });
  const of = `${watched} ${watched === 1 ? 'column' : 'columns'} watched.`;
  return left.length === 0 ? of : `${of} Not watched: ${left.join('; ')}.`;
}
