import type { SqlEngine, SqlValue } from '#domain/data/engine';
import type { NeededQuantiles } from '#domain/data/fit';
import { slices } from '#domain/data/slices';
import type { Quantiles } from '#domain/encodings/encoding';
import { double, ident } from '#domain/sql/literals';

/** A list of numbers as the engine writes it, `[1.5, 2.0]`, by share. What is no finite number is left out. */
function byShare(list: SqlValue | undefined, shares: readonly number[]): Quantiles {
  if (typeof list !== 'string') return new Map();
  const values = list.slice(1, -1).split(',').map(Number);
  return new Map(
    shares.flatMap((share, i) => (Number.isFinite(values[i]) ? [[share, Number(values[i])] as const] : [])),
  );
}

/**
 * The quantiles of some columns, interpolated between values (as R's type 7).
 *
 * @param sample a relation with these columns
 * @returns by column; without a share for which there is no value
 * @throws DataEngineError
 */
export async function readQuantiles(
  engine: SqlEngine,
  columns: readonly NeededQuantiles[],
  sample: string,
): Promise<Map<string, Quantiles>> {
  const found = new Map<string, Quantiles>();
  for (const some of slices(columns)) {
    const lists = some.map(
      ({ name, shares }, i) => `quantile_cont(${ident(name)}, [${shares.map(double).join(', ')}])::VARCHAR AS q${i}`,
    );
    const [row] = await engine.query('find quantiles', `SELECT ${lists.join(', ')} FROM ${sample}`);
    some.forEach(({ name, shares }, i) => {
      found.set(name, byShare(row?.[`q${i}`], shares));
    });
  }
  return found;
}
