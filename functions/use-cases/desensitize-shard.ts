import { join } from 'node:path';
import { cleanSelect, otherLabelColumn } from '#domain/data/clean';
import { expectedColumns } from '#domain/data/columns';
import { asNumber } from '#domain/data/engine';
import { groupsSql } from '#domain/data/groups';
import { needsOnlyNegative } from '#domain/data/label-answers';
import { countShard, onlyTextSql } from '#domain/data/profile';
import { rawRelation } from '#domain/data/raw';
import { cleanRowsSql, parquetOutput } from '#domain/data/transform';
import { DropVanishedError, RowCountError } from '#domain/errors';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import type { TokenKeys } from '#domain/privacy/tokenize';
import type { DropFile } from '#domain/runs/drop';
import { fileName } from '#domain/runs/drop-name';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { compressionOf } from '#functions/shards/archive';
import { openEngine } from '#functions/shards/duckdb';
import { measureFacts, writeHashes } from '#functions/shards/facts';
import { countRows, refuseTooManyMalformed } from '#functions/shards/malformed-rows';
import { writeQuarantine } from '#functions/shards/quarantine';
import { prepareRawFile } from '#functions/shards/raw-file';
import { roomFor, withScratch } from '#functions/shards/scratch';
import { searchUndeclared, writeShardPersonalData } from '#functions/shards/search-undeclared';
import { textFunctionsOf } from '#functions/shards/text-functions';
import type { DesensitizeShardEvent } from '#schemas/events/shard';
import { pipelineSchema } from '#schemas/pipeline';
import { dropFilesSchema } from '#schemas/records/run';

/** The dependencies of cleaning a shard. */
export interface CleaningPorts {
  readonly raw: FileStore;
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly tokenKeys: TokenKeys;
  readonly memoryMb: number;
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
 * Turns a raw shard into clean rows: reads, checks, desensitizes and types it, then writes the quarantine, the clean rows, their
 * counts, and what the division of the drop needs of them. The output is deterministic.
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
      tokenKeys: ports.tokenKeys,
      textFunctions: textFunctionsOf(pipeline),
    });
    try {
      const prepared = await prepareRawFile(engine, pipeline, archive, directory);
      const relation = rawRelation(prepared.file, pipeline.dataset, expectedColumns(pipeline));
      const { sql, problems } = cleanSelect(pipeline, relation, PRIVACY_ACTIONS, {
        hasPreviousKey: ports.tokenKeys.previous !== undefined,
      });
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
      const search = await searchUndeclared(engine, pipeline, name, staged, others[0]?.['only']);
      const groups = join(directory, 'split.parquet');
      const rows = cleanRowsSql(usable);
      const grouped = groupsSql(pipeline, rows);
      await engine.query(`group the rows of ${name}`, `COPY (${grouped}) TO ${text(groups)} ${parquetOutput}`);
      const [sum] = await engine.query(
        'count the clean rows',
        `SELECT sum(rows) AS rows FROM read_parquet(${text(groups)})`,
      );
      const used = asNumber(sum?.['rows']);
      if (used + bad !== total) {
        throw new RowCountError(
          `${name} has ${total} rows, of which ${used} are used and ${bad} malformed. This is a fault of Tidegate.`,
        );
      }

      const keys = cleanKeys(run);
      const counts = countShard(total, counted.counts, others[0], prepared.absent);
      const of = { run, shard: shard.index, pipeline };
      await writeShardPersonalData(engine, ports, of, { search, rows, directory });
      const facts = await measureFacts(engine, pipeline, rows, counted.counts);
      const hashes = join(directory, 'hashes.parquet');
      const hashed = await writeHashes(engine, pipeline, rows, hashes);
      await Promise.all([
        artifacts.writeJson(artifactKeys(run).shardFacts(shard.index), facts),
        ...(hashed ? [clean.upload(hashes, keys.hashes(shard.index), 'application/vnd.apache.parquet')] : []),
        clean.upload(usable, keys.shard(shard.index), 'application/vnd.apache.parquet'),
        clean.upload(groups, keys.split(shard.index), 'application/vnd.apache.parquet'),
        artifacts.writeJson(artifactKeys(run).shardCounts(shard.index), counts),
      ]);
      return { rows: total, malformed: bad };
    } finally {
      engine.close();
    }
  });
}
