import { join } from 'node:path';
import { otherLabelColumn } from '#domain/data/clean';
import { asNumber } from '#domain/data/engine';
import { groupsSql } from '#domain/data/groups';
import { needsOnlyNegative } from '#domain/data/label-answers';
import { countShard, onlyTextSql } from '#domain/data/profile';
import { cleanRowsSql, parquetOutput } from '#domain/data/transform';
import { RowCountError } from '#domain/errors';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { shardName } from '#domain/runs/drop';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { text, texts } from '#domain/sql/literals';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { openEngine } from '#functions/shards/duckdb';
import { measureFacts, writeHashes } from '#functions/shards/facts';
import { countFutureTimes } from '#functions/shards/future-times';
import type { Quarantine } from '#functions/shards/quarantine';
import { withScratch } from '#functions/shards/scratch';
import { searchUndeclared, writeShardPersonalData } from '#functions/shards/search-undeclared';
import { downloadSources, findSources, type Source } from '#functions/shards/sources';
import { mergeFiles, placeFiles, stageFiles } from '#functions/shards/stage-files';
import { textFunctionsOf } from '#functions/shards/text-functions';
import type { DesensitizeShardEvent } from '#schemas/events/shard';
import { pipelineSchema } from '#schemas/pipeline';
import { dropRecordSchema } from '#schemas/records/run';

/** The dependencies of cleaning a shard. */
export interface CleaningPorts {
  readonly raw: FileStore & ObjectRanges;
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly tokenKeys: TokenKeys;
  readonly memoryMb: number;
}

/**
 * Turns a raw shard into clean rows: reads, checks, desensitizes and types its files, then writes the quarantine of each, the clean
 * rows, their counts, and what the division of the drop needs of them. The output is deterministic.
 *
 * @throws SchemaMismatchError, MalformedDataError, PersonalDataError, DataEngineError, DropVanishedError, RowCountError
 */
export async function desensitizeShard(ports: CleaningPorts, { run, shard }: DesensitizeShardEvent) {
  const { raw, clean, artifacts } = ports;
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const { startedAt } = await artifacts.readJson(artifactKeys(run).drop, dropRecordSchema);
  const name = shardName(shard);
  const sources = await findSources(raw, { run, shard });
  return withScratch(async (directory) => {
    const engine = await openEngine({
      memoryMb: ports.memoryMb,
      temporaryDirectory: join(directory, 'spill'),
      tokenKeys: ports.tokenKeys,
      textFunctions: textFunctionsOf(pipeline),
    });
    try {
      const staging = {
        engine,
        pipeline,
        directory,
        hasPreviousKey: ports.tokenKeys.previous !== undefined,
        async quarantine({ index, part }: Source, { rows, positions }: Quarantine) {
          const type = 'application/x-ndjson';
          await raw.upload(rows, rawKeys(run).quarantine(index, part?.index), type);
          await clean.upload(positions, cleanKeys(run).quarantine(index, part?.index), type);
        },
      };
      const { staged, files } = await stageFiles(staging, downloadSources(raw, run, sources, directory));
      const { total, malformed, flagged, counts, blankFiles, absent } = mergeFiles(files);

      const otherLabel = needsOnlyNegative(pipeline);
      const wellFormed = `FROM read_parquet([${texts(staged)}]) WHERE NOT starts_with(_side, '#')`;
      const [only, ...more] = staged;
      let usable = only as string;
      if (flagged > 0 || otherLabel || more.length > 0) {
        usable = join(directory, 'clean.parquet');
        const kept = `SELECT *${otherLabel ? ` EXCLUDE (${otherLabelColumn})` : ''} ${wellFormed}`;
        await engine.query(`leave out malformed rows of ${name}`, `COPY (${kept}) TO ${text(usable)} ${parquetOutput}`);
      }
      const others = otherLabel
        ? await engine.query('find the negative label', onlyTextSql(otherLabelColumn, `(SELECT * ${wellFormed})`))
        : [];
      const rows = cleanRowsSql(usable);
      const negative = others[0]?.['only'];
      const search = await searchUndeclared(engine, pipeline, name, rows, placeFiles(files), negative);
      const groups = join(directory, 'split.parquet');
      const grouped = groupsSql(pipeline, rows);
      await engine.query(`group the rows of ${name}`, `COPY (${grouped}) TO ${text(groups)} ${parquetOutput}`);
      const [sum] = await engine.query(
        'count the clean rows',
        `SELECT sum(rows) AS rows FROM read_parquet(${text(groups)})`,
      );
      const used = asNumber(sum?.['rows']);
      if (used + malformed !== total) {
        throw new RowCountError(
          `${name}: of ${total} rows, ${used} are used and ${malformed} malformed. This is a fault of Tidegate.`,
        );
      }

      const keys = cleanKeys(run);
      const of = { run, shard: shard.index, pipeline };
      await writeShardPersonalData(engine, ports, of, { search, rows, directory });
      const future = await countFutureTimes(engine, pipeline, startedAt, rows);
      const facts = await measureFacts(engine, pipeline, rows, counts);
      const hashes = join(directory, 'hashes.parquet');
      const hashed = await writeHashes(engine, pipeline, rows, hashes);
      await Promise.all([
        artifacts.writeJson(artifactKeys(run).shardFacts(shard.index), facts),
        ...(hashed ? [clean.upload(hashes, keys.hashes(shard.index), 'application/vnd.apache.parquet')] : []),
        clean.upload(usable, keys.shard(shard.index), 'application/vnd.apache.parquet'),
        clean.upload(groups, keys.split(shard.index), 'application/vnd.apache.parquet'),
        artifacts.writeJson(
          artifactKeys(run).shardCounts(shard.index),
          countShard(total, counts, { otherLabels: others[0], absent, blankFiles, future }),
        ),
      ]);
      return { rows: total, malformed };
    } finally {
      engine.close();
    }
  });
}
