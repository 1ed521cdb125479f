import type { CleanColumn } from '#domain/data/columns';
import { asNumber, type SqlRow } from '#domain/data/engine';
import { labelCountsSql, readLabelCounts } from '#domain/data/label-counts';
import type { Encoding, Needs } from '#domain/encodings/encoding';
import { ENCODINGS, encodingOf } from '#domain/encodings/registry';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { LabelCounts } from '#schemas/records/profile';

/** What the encodings of columns need of the training rows besides their values. */

/** What a column's encoding needs; undefined when the values are enough, or the column is no model input. */
export function needsOf(
  { feature }: Pick<CleanColumn, 'feature'>,
  encodings: readonly Encoding[] = ENCODINGS,
): Needs | undefined {
  return feature && encodingOf(feature, encodings).needs?.(feature);
}

/** SQL of what is needed of a column, over clean rows with `_side`, `_key` and `_label`. @param classes 0 for regression */
export function needsSql(column: string, needs: Needs, classes: number, cleanRows: string): string {
  switch (needs.of) {
    case 'labels':
      return labelCountsSql(column, needs.folds, classes, cleanRows);
    case 'buckets':
      return (
        'SELECT bucket, count(*) AS rows FROM (' +
        `SELECT unnest(map_keys(${needs.counts(ident(column))})) AS bucket FROM ${cleanRows} WHERE _side = 'train') GROUP BY 1`
      );
    default:
      return unreachable(needs, 'need of an encoding');
  }
}

/** The labels that an answer to `needsSql` has; undefined for an encoding that needs none. */
export const readLabels = (
  needs: Needs | undefined,
  answer: readonly SqlRow[],
  classes: number,
): LabelCounts | undefined => (needs?.of === 'labels' ? readLabelCounts(answer, needs.folds, classes) : undefined);

/** How many texts have a word in each bucket, by an answer to `needsSql`; none for an encoding that needs none. */
export function readDocuments(needs: Needs | undefined, answer: readonly SqlRow[]): number[] {
  if (needs?.of !== 'buckets') return [];
  const found = new Map(answer.map((row) => [asNumber(row['bucket']), asNumber(row['rows'])]));
  return Array.from({ length: needs.buckets }, (_, bucket) => found.get(bucket) ?? 0);
}
