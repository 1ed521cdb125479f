import type { SqlEngine } from '#domain/data/engine';
import { pairsSql, plannedInteractions } from '#domain/data/interactions';
import type { DataSettings } from '#domain/data/settings';
import type { CategoryPair } from '#domain/encodings/interaction';

/**
 * The most frequent pairs of categories of the interactions that need them, by the position of the interaction.
 *
 * @param sample a relation of training rows with the clean columns
 * @throws DataEngineError
 */
export async function readPairs(
  engine: SqlEngine,
  pipeline: Pick<DataSettings, 'dataset'>,
  sample: string,
): Promise<Map<number, CategoryPair[]>> {
  const found = new Map<number, CategoryPair[]>();
  for (const [i, { columns, interaction }] of plannedInteractions(pipeline).entries()) {
    if (!interaction.needsPairs) continue;
    const rows = await engine.query('count pairs of categories', pairsSql(columns, sample));
    found.set(
      i,
      rows.map((row): CategoryPair => [String(row['first']), String(row['second'])]),
    );
  }
  return found;
}
