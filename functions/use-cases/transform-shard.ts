import { join } from 'node:path';
import type { ModelInput } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { inputsKeySql } from '#domain/data/clean';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { partRanges } from '#domain/data/parts';
import { absentSources, csvLabel, csvOutput, encodeCsv, parquetOutput, trainingBucket } from '#domain/data/transform';
import { choosesOnValidation } from '#domain/evaluation/chosen-on-validation';
import { keptRowsSql, weightSql } from '#domain/imbalance/balance';
import { shardName } from '#domain/runs/drop';
import { artifactKeys, cleanKeys, partName } from '#domain/runs/layout';
import { isComparableSql } from '#domain/splits/comparable';
import type { Side } from '#domain/splits/side';
import { ident, text } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { writeShardBaseline } from '#functions/shards/clean-baseline';
import { openEngine } from '#functions/shards/duckdb';
import { readAlgorithm } from '#functions/shards/run-algorithm';
import { scanLeaks } from '#functions/shards/scan-leaks';
import { withScratch } from '#functions/shards/scratch';
import { readSidedRows } from '#functions/shards/sided-rows';
import type { TransformShardEvent } from '#schemas/events/shard';
import { pipelineSchema } from '#schemas/pipeline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';

/** The dependencies of encoding a shard. */
export interface EncodingPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly memoryMb: number;
}

interface Output {
  readonly select: string;
  /** The rows that it is selected from; the shard's when absent. */
  readonly from?: string;
  readonly side: Side;
  readonly key: string;
  /** CSV options; Parquet when undefined. */
  readonly csv?: ModelInput;
  /** Conditions that select rows of the side: a part of it, or those that training uses. */
  readonly only?: readonly string[];
}

async function columnsOf(engine: SqlEngine, rows: string): Promise<string[]> {
  const described = await engine.query('describe the clean rows', `DESCRIBE SELECT * FROM ${rows}`);
  return described.map((r) => String(r['column_name']));
}

async function countSides(engine: SqlEngine, rows: string, only = 'true'): Promise<Record<Side, number>> {
  const found = await engine.query(
    'count the clean rows',
    `SELECT _side AS side, count(*) AS rows FROM ${rows} WHERE _side <> 'train' OR ${only} GROUP BY 1`,
  );
  const of = (side: Side) => asNumber(found.find((r) => r['side'] === side)?.['rows']);
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

/**
 * Cuts a side into parts of equal size, by row number. DuckDB guarantees no order without ORDER BY, so the same LIMIT and
 * OFFSET may return different rows each time.
 */
async function partConditions(
  engine: SqlEngine,
  rows: string,
  side: Side,
  count: number,
  parts: number,
): Promise<(string | undefined)[]> {
  if (parts < 2 || count === 0) return [undefined];
  const offsets = partRanges(count, parts).map(({ offset }) => offset);
  const numbered = `SELECT _row, row_number() OVER (ORDER BY _row) - 1 AS n FROM ${rows} WHERE _side = '${side}'`;
  const starts = await engine.query(
    `find the parts of ${side}`,
    `SELECT _row FROM (${numbered}) WHERE n IN (${offsets.join(', ')}) ORDER BY n`,
  );
  const first = starts.map((row) => asNumber(row['_row']));
  return first.map((row, i) => {
    const next = first[i + 1];
    return next === undefined ? `_row >= ${row}` : `_row >= ${row} AND _row < ${next}`;
  });
}

/**
 * Turns a shard's clean rows into job inputs: label-first CSV parts for the training channels (with weights, or fewer training rows, as
 * the transform balances classes), holdout features for the
 * candidate and, if there is one to compare, the champion (with its own fitted transform), and the holdout's labels and slices,
 * with whether the champion cannot have been trained on a row.
 * All files have the rows in the order of the shard. A side without rows in this shard gets no object. What was written is scanned for
 * personal data.
 *
 * @throws PersonalDataError when something personal is left
 */
export async function transformShard(
  { clean, artifacts, memoryMb }: EncodingPorts,
  { run, shard, champion }: TransformShardEvent,
) {
  const fitted = await artifacts.readJson(artifactKeys(run).transform, fittedTransformSchema);
  const pipeline = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  const { input } = algorithmOf(pipeline);
  const defender = champion
    ? {
        fitted: await artifacts.readJson(artifactKeys(champion).transform, fittedTransformSchema),
        input: (await readAlgorithm(artifacts, champion)).input,
      }
    : undefined;
  const keys = cleanKeys(run);
  return withScratch(async (directory) => {
    const { rows, sides } = await readSidedRows({ clean, artifacts }, run, shard.index, directory);
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      const available = await columnsOf(engine, rows);
      const counts = await countSides(engine, rows);
      const kept = keptRowsSql(fitted.balance, { shard: shard.index, seed: pipeline.split.seed });
      const written = kept === undefined ? counts : await countSides(engine, rows, kept);
      const weight = weightSql(fitted.balance);
      const training = encodeCsv(fitted, rows, input, { bucket: trainingBucket });
      const labelled = [csvLabel(fitted), ...(weight ? [weight] : []), ...training.inputs].join(', ');
      const channel = async (side: 'train' | 'validation', prefix: string): Promise<Output[]> => {
        const parts = await partConditions(engine, rows, side, counts[side], fitted.parts[side][shard.index] ?? 1);
        const used = side === 'train' ? kept : undefined;
        return parts.map((part, index) => ({
          select: labelled,
          from: training.from,
          side,
          key: prefix + partName(shard.index, index, 'csv'),
          csv: input,
          only: [part, used].filter((condition) => condition !== undefined),
        }));
      };
      const slices = fitted.slices.filter((name) => available.includes(name)).map(ident);
      const id = available.includes('_id') ? '_id' : 'CAST(NULL AS VARCHAR) AS _id';
      const comparable =
        defender && sides.comparable
          ? [`${isComparableSql(sides.comparable, inputsKeySql(pipeline))} AS _comparable`]
          : [];
      const holdout = (
        model: 'candidate' | 'champion',
        of: FittedTransform,
        csv: ModelInput,
        columns?: readonly string[],
      ): Output => {
        const { inputs, from } = encodeCsv(of, rows, csv, { available: columns });
        const key = keys.holdout(model) + partName(shard.index, 0, 'csv');
        return { select: inputs.join(', '), from, csv, side: 'test', key };
      };
      const candidate = holdout('candidate', fitted, input);
      // scored with the holdout, in the same job
      const chosenOn: Output[] = choosesOnValidation(pipeline.evaluation)
        ? [
            { ...candidate, side: 'validation', key: keys.chosenFeatures(shard.index) },
            { select: '_label', side: 'validation', key: keys.chosenLabels(shard.index) },
          ]
        : [];
      const outputs: Output[] = [
        ...(await channel('train', keys.train)),
        ...(await channel('validation', keys.validation)),
        candidate,
        ...chosenOn,
        ...(defender ? [holdout('champion', defender.fitted, defender.input, available)] : []),
        {
          select: ['_row', '_label', id, ...slices, ...comparable].join(', '),
          side: 'test',
          key: keys.holdoutLabels + partName(shard.index, 0, 'parquet'),
        },
      ];
      for (const { select, from = rows, side, key, csv, only = [] } of outputs.filter((o) => written[o.side] > 0)) {
        const file = join(directory, csv ? 'out.csv' : 'out.parquet');
        // Labels and scores are matched by position, and a retry must train on the same rows in the same order.
        const where = [`_side = '${side}'`, ...only].join(' AND ');
        const sql = `SELECT ${select} FROM ${from} WHERE ${where} ORDER BY _row`;
        await engine.query(`write ${key}`, `COPY (${sql}) TO ${text(file)} ${csv ? csvOutput(csv) : parquetOutput}`);
        await clean.upload(file, key, csv ? csv.contentType : 'application/vnd.apache.parquet');
      }
      await writeShardBaseline(engine, artifacts, { run, shard: shard.index, pipeline, rows }, fitted);
      const leaks = await scanLeaks(engine, pipeline, fitted, shardName(shard), rows);
      await artifacts.writeJson(artifactKeys(run).shardLeaks(shard.index), leaks);
      return { ...counts, championLacks: defender ? absentSources(defender.fitted, available).slice(0, 20) : [] };
    } finally {
      engine.close();
    }
  });
}
