import { join } from 'node:path';
import { groupSettings } from '#domain/data/clean';
import type { SqlEngine } from '#domain/data/engine';
import { splitClasses, splitIdentity } from '#domain/data/groups';
import { parquetOutput } from '#domain/data/transform';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { comparableRule, earlierComparableRule, withAncestors } from '#domain/splits/comparable';
import { countDuplicates } from '#domain/splits/duplicates';
import { bucketSql } from '#domain/splits/keys';
import { splitStrategy } from '#domain/splits/registry';
import { sidedRowsSql } from '#domain/splits/rows';
import { packBuckets } from '#domain/splits/used-buckets';
import { text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { type ContinuationPorts, decideContinuation } from '#functions/shards/continue-champion';
import { writeCopiedSets } from '#functions/shards/copied-rows';
import { downloadShards } from '#functions/shards/download-shards';
import { openEngine, spillingMemoryMb } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import { readGroups } from '#functions/shards/superseded-rows';
import { checkConstraints } from '#functions/use-cases/check-constraints';
import type { DivideRowsEvent } from '#schemas/events/shard';
import { pipelineSchema } from '#schemas/pipeline';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { dropRecordSchema } from '#schemas/records/run';
import { type ComparableRule, type Sides, sidesSchema, type UnseenRule } from '#schemas/records/sides';

/** The dependencies of dividing. */
export interface DividingPorts extends ContinuationPorts {
  readonly clean: FileStore;
  readonly memoryMb: number;
}

/** Which rows the champion cannot have been trained on. A run of an earlier version of Tidegate has no sides.json. */
async function compareWith(
  artifacts: ObjectStore,
  champion: RunPointer,
  candidate: Pick<Sides, 'identity' | 'used' | 'time' | 'rule'>,
): Promise<ComparableRule> {
  const keys = artifactKeys(champion);
  const { leftOut } = await artifacts.readJson(keys.transform, fittedTransformSchema);
  if (leftOut !== undefined) return comparableRule(candidate, await artifacts.readJson(keys.sides, sidesSchema));
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  return earlierComparableRule(candidate, {
    split: pipeline.split,
    identity: splitIdentity(pipeline),
    byInputs: groupSettings(pipeline).by === 'duplicates',
  });
}

/** The buckets and the last time of the rows on the training or validation side, the rows by side, and the rows in gaps. */
async function readUse(engine: SqlEngine, groups: string, sided: string, time: string | undefined) {
  const task = 'find the used rows';
  const used = await engine.query(
    task,
    `SELECT DISTINCT ${bucketSql('_key')} AS bucket FROM ${sided} WHERE _side <> 'test'`,
  );
  const last =
    time === undefined ? 'NULL' : `strftime(max(_time) FILTER (WHERE _side <> 'test'), '%Y-%m-%dT%H:%M:%S.%f')`;
  const [row] = await engine.query(
    task,
    `SELECT ${last} AS last, (SELECT sum(rows) FROM ${groups})::BIGINT - coalesce(sum(rows), 0)::BIGINT AS left_out FROM ${sided}`,
  );
  const usedUntil = row?.['last'];
  return {
    used: packBuckets(used.map((r) => Number(r['bucket']))),
    leftOut: Number(row?.['left_out'] ?? 0),
    ...(time !== undefined && typeof usedUntil === 'string' ? { time: { column: time, usedUntil } } : {}),
  };
}

/**
 * Checks the drop's constraints, then divides its rows by its strategy, from a small object of each shard, and writes the rule from
 * which every later step reads the side of a row. With a champion, the record says which rows the champion cannot have been
 * trained on. Where the pipeline asks for it, decides whether the training goes on from the champion's model: then no test row is one that
 * the champion or its ancestors were trained on.
 *
 * @throws DataQualityError when the drop does not meet a constraint, or its rows cannot be divided so
 */
export async function divideRows(ports: DividingPorts, { run, shards, champion }: DivideRowsEvent) {
  const { clean, artifacts } = ports;
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  await checkConstraints(ports, run, shards, pipeline);
  const keys = cleanKeys(run);
  const { split, dataset } = pipeline;
  return withScratch(async (directory) => {
    const files = await downloadShards(clean, shards, keys.split, directory);
    const engine = await openEngine({
      memoryMb: Math.min(ports.memoryMb, spillingMemoryMb),
      temporaryDirectory: join(directory, 'spill'),
    });
    try {
      const drop = await artifacts.readJson(artifactKeys(run).drop, dropRecordSchema);
      const { groups, superseded } = await readGroups({ engine, clean, directory }, { run, pipeline, drop }, files);
      const strategy = splitStrategy(split.strategy);
      const { rule, placed, ...counts } = await strategy.divide(engine.query, {
        groups,
        shares: split,
        classes: splitClasses(pipeline),
        gap: split.gap,
      });
      const [found] = placed
        ? await engine.query('count the placed groups', `SELECT count(*) AS n FROM ${placed}`)
        : [];
      const count = Number(found?.['n'] ?? 0);
      if (placed && count > 0) {
        const file = join(directory, 'placed.parquet');
        await engine.query(
          'write the placed groups',
          `COPY (SELECT _group, side FROM ${placed} ORDER BY 1) TO ${text(file)} ${parquetOutput}`,
        );
        await clean.upload(file, keys.placed, 'application/vnd.apache.parquet');
      }
      const rows = `(SELECT 0 AS _row, '' AS _side, class AS _label, * FROM ${groups})`;
      const sided = (unseen?: UnseenRule) => sidedRowsSql(rows, rule, count > 0 ? placed : undefined, unseen);
      const identity = splitIdentity(pipeline);
      const own = await readUse(engine, groups, sided(), dataset.time);
      const comparable = champion ? await compareWith(artifacts, champion, { rule, identity, ...own }) : undefined;
      const given = { run, champion, pipeline, identity, comparable };
      const continuation = await decideContinuation(ports, engine, given, sided, directory);
      const start = continuation?.start;
      const { leftOut, ...use } = start ? await readUse(engine, groups, sided(start.unseen), dataset.time) : own;
      const sides: Sides = {
        version: 1,
        rule,
        identity,
        leftOut,
        ...(start ? withAncestors(use, start.use) : use),
        ...counts,
        placed: count,
        duplicates: await countDuplicates(engine.query, groups, split.train),
        ...(superseded ? { superseded } : {}),
        ...(comparable ? { comparable } : {}),
        ...(start ? { unseen: start.unseen } : {}),
      };
      await writeCopiedSets({ engine, clean, directory }, run, groups, sides.duplicates);
      if (continuation) await artifacts.writeJson(artifactKeys(run).continuation, continuation.record);
      await artifacts.writeJson(artifactKeys(run).sides, sides);
      return { strategy: split.strategy, groups: sides.groups, placed: count, leftOut: sides.leftOut };
    } finally {
      engine.close();
    }
  });
}
