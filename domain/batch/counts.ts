import { RowCountError } from '#domain/errors';
import { counted } from '#domain/text/numbers';
import type { BatchCounts, ShardScores } from '#schemas/records/batch';
import type { ShardCounts } from '#schemas/records/shard-counts';

/** Classes that a record lists. */
const mostClasses = 20;

/** Adds the counts of one shard to a map, by a name. */
function addAll<T>(
  all: Map<string, T & { count: number }>,
  own: readonly (T & { count: number })[],
  key: (one: T) => string,
) {
  for (const one of own) {
    const known = all.get(key(one));
    all.set(key(one), { ...one, count: one.count + (known?.count ?? 0) });
  }
}

/**
 * Counts the rows of a batch.
 *
 * @param read what was counted when each shard was read
 * @param scores what was scored of each shard
 * @throws RowCountError when a row was lost between the two
 */
export function countBatch(read: readonly ShardCounts[], scores: readonly ShardScores[]): BatchCounts {
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const rows = sum(read.map((shard) => shard.rows));
  const malformed = sum(read.map((shard) => shard.malformed.rows));
  const scored = sum(scores.map((shard) => shard.rows));
  if (scored + malformed !== rows) {
    throw new RowCountError(
      `The batch has ${counted(rows, 'row')}, of which ${scored} were scored and ${malformed} are malformed. This is a fault of Tidegate.`,
    );
  }
  const problems = new Map<string, BatchCounts['problems'][number]>();
  for (const { malformed: own } of read) {
    addAll(
      problems,
      own.reasons.map(({ column, reason, count }) => ({ column, reason, count })),
      ({ column, reason }) => JSON.stringify([column, reason]),
    );
  }
  const classes = new Map<string, { label: string; count: number }>();
  for (const { classes: own } of scores) {
    addAll(
      classes,
      own.map(({ label, rows: count }) => ({ label, count })),
      ({ label }) => label,
    );
  }
  const totals = scores.flatMap((shard) => shard.sum ?? []);
  return {
    rows,
    scored,
    malformed,
    problems: [...problems.values()].toSorted((a, b) => b.count - a.count),
    classes: [...classes.values()]
      .toSorted((a, b) => b.count - a.count)
      .slice(0, mostClasses)
      .map(({ label, count }) => ({ label, rows: count })),
    ...(totals.length > 0 && scored > 0 ? { mean: sum(totals) / scored } : {}),
  };
}
