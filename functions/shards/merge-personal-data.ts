import { join } from 'node:path';
import { anonymitySql, perturbedColumns, quasiColumns, readAnonymity } from '#domain/anonymity/groups';
import type { SqlEngine } from '#domain/data/engine';
import { labelClasses } from '#domain/data/label';
import { mergeSearches } from '#domain/detectors/merge';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { texts } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { readAll } from '#functions/shards/read-all';
import type { Pipeline } from '#schemas/pipeline';
import { type Anonymity, type PersonalData, shardSearchSchema } from '#schemas/records/personal-data';

async function measureAnonymity(
  engine: SqlEngine,
  clean: FileStore,
  { run, shards, pipeline }: { readonly run: RunPointer; readonly shards: number; readonly pipeline: Pipeline },
  directory: string,
): Promise<Anonymity | null> {
  const columns = quasiColumns(pipeline).map(({ name }) => name);
  if (columns.length === 0) return null;
  const files = await readAll(shards, async (i) => {
    const file = join(directory, `groups-${i}.parquet`);
    await clean.download(cleanKeys(run).groups(i), file);
    return file;
  });
  const [row] = await engine.query('measure anonymity', anonymitySql(`read_parquet([${texts(files)}])`));
  return readAnonymity(columns, row, labelClasses(pipeline).length > 0, perturbedColumns(pipeline));
}

/** Merges what the shards wrote into the run's record of personal data. */
export async function writePersonalData(
  engine: SqlEngine,
  { clean, artifacts }: { readonly clean: FileStore; readonly artifacts: ObjectStore },
  of: { readonly run: RunPointer; readonly shards: number; readonly pipeline: Pipeline },
  directory: string,
): Promise<PersonalData> {
  const keys = artifactKeys(of.run);
  const searches = await readAll(of.shards, (i) => artifacts.readJson(keys.shardPersonalData(i), shardSearchSchema));
  const anonymity = await measureAnonymity(engine, clean, of, directory);
  const record = { ...mergeSearches(searches), anonymity };
  await artifacts.writeJson(keys.personalData, record);
  return record;
}
