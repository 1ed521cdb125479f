import type { SqlEngine } from '#domain/data/engine';
import { futureTimesSql, readFutureTimes, watchedColumns } from '#domain/data/future-times';
import { slices } from '#domain/data/slices';
import type { Pipeline } from '#schemas/pipeline';
import type { Profile } from '#schemas/records/profile';

/** Counts the clean rows with times later than the drop's arrival, by column. @param arrival ISO 8601 in UTC */
export async function countFutureTimes(
  engine: SqlEngine,
  pipeline: Pipeline,
  arrival: string,
  cleanRows: string,
): Promise<NonNullable<Profile['future']>> {
  const found = [];
  for (const some of slices(watchedColumns(pipeline))) {
    const [row = {}] = await engine.query('find times in the future', futureTimesSql(some, arrival, cleanRows));
    found.push(...readFutureTimes(some, row));
  }
  return found;
}
