import { join } from 'node:path';
import { cleanRowsSql } from '#domain/data/transform';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { sidedRowsSql } from '#domain/splits/rows';
import { text } from '#domain/sql/literals';
import type { ObjectStore } from '#functions/ports/object-store';
import { type Sides, sidesSchema } from '#schemas/records/sides';

/** Downloads the clean rows of a shard. Returns a relation of them with `_side`, and the record of the split. */
export async function readSidedRows(
  { clean, artifacts }: { readonly clean: ObjectStore; readonly artifacts: ObjectStore },
  run: RunPointer,
  shard: number,
  directory: string,
): Promise<{ readonly rows: string; readonly sides: Sides }> {
  const sides = await artifacts.readJson(artifactKeys(run).sides, sidesSchema);
  const keys = cleanKeys(run);
  const path = join(directory, 'clean.parquet');
  await clean.download(keys.shard(shard), path);
  if (sides.placed === 0) {
    return { rows: sidedRowsSql(cleanRowsSql(path), sides.rule, undefined, sides.unseen), sides };
  }
  const placed = join(directory, 'placed.parquet');
  await clean.download(keys.placed, placed);
  return { rows: sidedRowsSql(cleanRowsSql(path), sides.rule, `read_parquet(${text(placed)})`, sides.unseen), sides };
}
