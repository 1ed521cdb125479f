import { join } from 'node:path';
import { cleanSelect, otherLabelColumn } from '#domain/data/clean';
import { type CleanColumn, cleanColumns, expectedColumns, featureColumns } from '#domain/data/columns';
import { asNumber, type SqlEngine, type SqlRow } from '#domain/data/engine';
import { labelClasses } from '#domain/data/label';
import { needsOnlyNegative } from '#domain/data/label-answers';
import { categoriesSql, columnsProfileSql, labelProfileSql, onlyTextSql, readProfile } from '#domain/data/profile';
import { rawRelation } from '#domain/data/raw';
import { sampleSql } from '#domain/data/sample';
import { cleanRowsSql, parquetOutput } from '#domain/data/transform';
import { DropVanishedError, RowCountError } from '#domain/errors';
import type { DropFile } from '#domain/runs/drop';
import { fileName } from '#domain/runs/drop-name';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { compressionOf } from '#functions/shards/archive';
import { openEngine } from '#functions/shards/duckdb';
import { measureFacts, writeHashes } from '#functions/shards/facts';
import { countRows, type RowCounts, refuseTooManyMalformed } from '#functions/shards/malformed-rows';
import { writeQuarantine } from '#functions/shards/quarantine';
import { prepareRawFile } from '#functions/shards/raw-file';
import { roomFor, withScratch } from '#functions/shards/scratch';
import { searchUndeclared, writeShardPersonalData } from '#functions/shards/search-undeclared';
import type { DesensitizeShardEvent } from '#schemas/events/shard';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { Profile } from '#schemas/records/profile';
import { dropFilesSchema } from '#schemas/records/run';

/** The dependencies of cleaning a shard. */
export interface CleaningPorts {
  readonly raw: FileStore;
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly tokenKey: Uint8Array;
  readonly memoryMb: number;
}

/** The profile of a shard's clean rows. */
async function profileRows(
  engine: SqlEngine,
  name: string,
  pipeline: Pipeline,
  columns: readonly CleanColumn[],
  cleanRows: string,
  counted: RowCounts,
  otherLabels: SqlRow | undefined,
  absent: readonly string[] | undefined,
): Promise<Profile> {
  const classes = labelClasses(pipeline).length;
  const [row] = await engine.query('profile the columns', columnsProfileSql(columns, cleanRows));
  const labels = await engine.query('profile the label', labelProfileSql(classes, cleanRows));
  const categories = new Map<string, Awaited<ReturnType<SqlEngine['query']>>>();
  for (const { name } of columns.filter((c) => c.kind === 'category')) {
    categories.set(name, await engine.query(`profile column "${name}"`, categoriesSql(name, cleanRows)));
  }
  const clean = labels.reduce((sum, r) => sum + asNumber(r['rows']), 0);
  const { total, malformed } = counted;
  if (clean + malformed !== total) {
    throw new RowCountError(
      `${name} has ${total} rows, of which ${clean} are used and ${malformed} malformed. This is a fault of Tidegate.`,
    );
  }
  const answers = {
    rows: total,
    malformed: counted.counts,
    classes,
    columns: row ?? {},
    labels,
    categories,
    otherLabels,
    absent,
  };
  return readProfile(columns, answers);
}

/** The key and version of a shard's file. @throws DropVanishedError when the list of the drop's files lacks it */
async function findFile({ raw }: CleaningPorts, { run, shard }: DesensitizeShardEvent): Promise<DropFile> {
  const { index, key, versionId } = shard;
  if (key !== undefined) return { key, ...(versionId === undefined ? {} : { versionId }) };
  const file = (await raw.readJson(rawKeys(run).files, dropFilesSchema))[index];
  if (file) return file as DropFile;
  throw new DropVanishedError(`The list of the drop's files ends before ${fileName(index)}. Drop the files again.`);
}

/**
 * Turns a raw shard into clean rows: reads, checks, desensitizes, types and splits it, then writes the quarantine, the clean
 * rows, their profile and their sample. The output is deterministic.
 *
 * @throws SchemaMismatchError, MalformedDataError, PersonalDataError, DataEngineError, DropVanishedError, RowCountError
 */
export async function desensitizeShard(ports: CleaningPorts, { run, shard }: DesensitizeShardEvent) {
  const { raw, clean, artifacts } = ports;
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const name = fileName(shard.index);
  const source = await findFile(ports, { run, shard });
  return withScratch(async (directory) => {
    const compression = compressionOf(source.key);
    const path = join(directory, compression === 'none' ? 'raw' : `raw.${compression}`);
    await raw.download(source.key, path, source.versionId);
    const archive = { name, path, compression, mostBytes: await roomFor(directory) };
    const engine = await openEngine({
      memoryMb: ports.memoryMb,
      temporaryDirectory: join(directory, 'spill'),
      tokenKey: ports.tokenKey,
    });
    try {
      const prepared = await prepareRawFile(engine, pipeline, archive, directory);
      const relation = rawRelation(prepared.file, pipeline.dataset, expectedColumns(pipeline));
      const { sql, problems } = cleanSelect(pipeline, relation);
      const staged = join(directory, 'staged.parquet');
      const [copied] = await engine.query(`desensitize ${name}`, `COPY (${sql}) TO ${text(staged)} ${parquetOutput}`);
      const stagedRows = { path: staged, rows: asNumber(copied?.['Count']), problems };
      const counted = await countRows(engine, name, prepared, stagedRows);
      const { total, malformed: bad } = counted;
      if (bad > 0) {
        const quarantine = await writeQuarantine({ engine, archive, pipeline, staged: stagedRows, counted }, directory);
        const type = 'application/x-ndjson';
        await raw.upload(quarantine.rows, rawKeys(run).quarantine(shard.index), type);
        await clean.upload(quarantine.positions, cleanKeys(run).quarantine(shard.index), type);
        refuseTooManyMalformed(pipeline, name, counted, quarantine.first);
      }
      const search = await searchUndeclared(engine, pipeline, name, staged);

      const otherLabel = needsOnlyNegative(pipeline);
      const usable = counted.flagged > 0 || otherLabel ? join(directory, 'clean.parquet') : staged;
      const wellFormed = `FROM read_parquet(${text(staged)}) WHERE NOT starts_with(_side, '#')`;
      if (usable !== staged) {
        const kept = `SELECT *${otherLabel ? ` EXCLUDE (${otherLabelColumn})` : ''} ${wellFormed}`;
        await engine.query(`leave out malformed rows of ${name}`, `COPY (${kept}) TO ${text(usable)} ${parquetOutput}`);
      }
      const others = otherLabel
        ? await engine.query('find the negative label', onlyTextSql(otherLabelColumn, `(SELECT * ${wellFormed})`))
        : [];
      const columns = cleanColumns(pipeline);
      const rows = cleanRowsSql(usable);
      const profile = await profileRows(engine, name, pipeline, columns, rows, counted, others[0], prepared.absent);
      const sample = join(directory, 'sample.parquet');
      const sampled = sampleSql(
        shard.index,
        featureColumns(pipeline).map((c) => c.name),
        rows,
      );
      await engine.query(`sample ${name}`, `COPY (${sampled}) TO ${text(sample)} ${parquetOutput}`);

      const keys = cleanKeys(run);
      const of = { run, shard: shard.index, pipeline };
      await writeShardPersonalData(engine, ports, of, { search, rows, directory });
      const facts = await measureFacts(engine, pipeline, rows, counted.counts);
      const hashes = join(directory, 'hashes.parquet');
      const hashed = await writeHashes(engine, pipeline, rows, hashes);
      await Promise.all([
        artifacts.writeJson(artifactKeys(run).shardFacts(shard.index), facts),
        ...(hashed ? [clean.upload(hashes, keys.hashes(shard.index), 'application/vnd.apache.parquet')] : []),
        clean.upload(usable, keys.shard(shard.index), 'application/vnd.apache.parquet'),
        clean.upload(sample, keys.sample(shard.index), 'application/vnd.apache.parquet'),
        artifacts.writeJson(artifactKeys(run).shardProfile(shard.index), profile),
      ]);
      const { train, validation, test } = profile.sides;
      return { rows: total, malformed: bad, train: train.rows, validation: validation.rows, test: test.rows };
    } finally {
      engine.close();
    }
  });
}
