import { join } from 'node:path';
import { otherLabelColumn } from '#domain/data/clean';
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
import { countFutureTimes } from '#functions/shards/future-times';
import { keepRowsToDivide, keepRowsToScore } from '#functions/shards/keep-rows';
import type { Quarantine } from '#functions/shards/quarantine';
import { readReading } from '#functions/shards/run-reading';
import { withScratch } from '#functions/shards/scratch';
import { searchUndeclared } from '#functions/shards/search-undeclared';
import { downloadSources, findSources, type Source } from '#functions/shards/sources';
import { mergeFiles, placeFiles, stageFiles } from '#functions/shards/stage-files';
import { textFunctionsOf } from '#functions/shards/text-functions';
import type { DesensitizeShardEvent } from '#schemas/events/shard';

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
 * rows, their counts, and what the division of the drop, or the scoring of the batch, needs of them. The output is deterministic.
 *
 * @throws SchemaMismatchError, MalformedDataError, PersonalDataError, DataEngineError, DropVanishedError, RowCountError
 */
export async function desensitizeShard(ports: CleaningPorts, { run, shard }: DesensitizeShardEvent) {
  const { raw, clean, artifacts } = ports;
  const { pipeline, drop } = await readReading(artifacts, run);
  const isBatch = drop.scoring !== undefined;
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
        numbered: isBatch,
        async quarantine({ index, part }: Source, { rows, positions }: Quarantine) {
          const type = 'application/x-ndjson';
          await raw.upload(rows, rawKeys(run).quarantine(index, part?.index), type);
          await clean.upload(positions, cleanKeys(run).quarantine(index, part?.index), type);
        },
      };
      const { staged, files } = await stageFiles(staging, downloadSources(raw, run, sources, directory));
      const { total, malformed, flagged, counts, blankFiles, absent } = mergeFiles(files);

      const otherLabel = !isBatch && needsOnlyNegative(pipeline);
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
      const keep = isBatch ? keepRowsToScore : keepRowsToDivide;
      const own = { run, shard: shard.index, pipeline, rows, files, counts, search };
      const { used, upload } = await keep(engine, ports, own, directory);
      if (used + malformed !== total) {
        throw new RowCountError(
          `${name}: of ${total} rows, ${used} are used and ${malformed} malformed. This is a fault of Tidegate.`,
        );
      }
      const future = await countFutureTimes(engine, pipeline, drop.startedAt, rows);
      await upload();
      await clean.upload(usable, cleanKeys(run).shard(shard.index), 'application/vnd.apache.parquet');
      await artifacts.writeJson(
        artifactKeys(run).shardCounts(shard.index),
        countShard(total, counts, { otherLabels: others[0], absent, blankFiles, future }),
      );
      return { rows: total, malformed };
    } finally {
      engine.close();
    }
  });
}
