import { join } from 'node:path';
import type { ModelOutput } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { countBatch } from '#domain/batch/counts';
import { batchItems, batchKeys } from '#domain/batch/layout';
import { classNames, type ScoredModel, scoredRowsSql, scoreFields } from '#domain/batch/score-columns';
import { asNumber } from '#domain/data/engine';
import { classAnswers } from '#domain/data/label-answers';
import { absentFromAll } from '#domain/data/merge-profiles';
import { shownList } from '#domain/data/shown';
import { parquetOutput } from '#domain/data/transform';
import { EvaluationError, SchemaMismatchError } from '#domain/errors';
import { artifactKeys, cleanKeys, partName, type RunPointer } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { Condition, StateStore } from '#functions/ports/state-store';
import { ifThere } from '#functions/runtime/if-there';
import { openEngine } from '#functions/shards/duckdb';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { readAll } from '#functions/shards/read-all';
import { openRowWriter } from '#functions/shards/row-writer';
import { writeScoreLines } from '#functions/shards/score-lines';
import { withScratch } from '#functions/shards/scratch';
import type { JoinScoresEvent, ScoredBatch } from '#schemas/events/batch';
import { pipelineSchema } from '#schemas/pipeline';
import { type BatchFormat, type Scoring, type ShardScores, shardScoresSchema } from '#schemas/records/batch';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { dropRecordSchema } from '#schemas/records/run';
import { type ShardCounts, shardCountsSchema } from '#schemas/records/shard-counts';

/** The dependencies of joining scores. */
export interface JoinScoresPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly memoryMb: number;
}

/** A batch that was stopped has ended, though a function of it may still run: half of its scores are erased. */
const unlessFailed: Condition = {
  expression: '#s <> :failed',
  names: { '#s': 'status' },
  values: { ':failed': 'failed' },
};

/** A batch whose scores are joined. */
interface Joined {
  readonly run: RunPointer;
  readonly model: ScoredModel;
  /** How what the model answered becomes scores. */
  readonly output: ModelOutput;
  readonly scoring: Scoring;
}

const outputs: Readonly<Record<BatchFormat, { readonly options: string; readonly type: string }>> = {
  csv: { options: '(FORMAT csv, HEADER true)', type: 'text/csv' },
  jsonl: { options: '(FORMAT json)', type: 'application/x-ndjson' },
  parquet: { options: parquetOutput, type: 'application/vnd.apache.parquet' },
};

/** What of a shard's totals the record of the batch needs. */
function summarize(
  { model }: Joined,
  { rows, byClass, sum }: Awaited<ReturnType<typeof writeScoreLines>>,
): ShardScores {
  const { task } = model.fitted;
  const classes = classNames(model).map((label, i) => ({ label, rows: byClass.get(i) ?? 0 }));
  switch (task) {
    case 'binary':
    case 'multiclass':
      return { rows, classes };
    case 'regression':
      return { rows, classes, sum };
    default:
      return unreachable(task, 'task');
  }
}

/** Joins the scores of a shard with the places of its rows. @throws EvaluationError when their numbers differ */
async function joinShard(
  { clean, memoryMb }: JoinScoresPorts,
  joined: Joined,
  shard: number,
  directory: string,
): Promise<ShardScores> {
  const { run, model, output, scoring } = joined;
  const keys = cleanKeys(run);
  // the engine remembers what it read of a file, so no file may take another one's name
  const file = (name: string) => join(directory, `${shard}-${name}`);
  const [places, answers, scores, result] = ['places.parquet', 'answers', 'scores.csv', 'result'].map(file) as [
    string,
    string,
    string,
    string,
  ];
  const source = `${keys.batchScores}${partName(shard, 0, 'csv')}.out`;
  await clean.download(keys.batchRows(shard), places);
  await clean.download(source, answers);
  const totals = await writeScoreLines(model, output, { from: answers, name: source, to: scores });
  const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
  try {
    const fields = Object.entries(scoreFields(model.fitted)).map(([name, type]) => `'${name}': '${type}'`);
    const relation = `read_csv(${text(scores)}, header = false, auto_detect = false, columns = {${fields.join(', ')}})`;
    const sql = scoredRowsSql(model, `read_parquet(${text(places)})`, relation);
    const { options, type } = outputs[scoring.format];
    const [copied] = await engine.query('join the scores', `COPY (${sql}) TO ${text(result)} ${options}`);
    const [expected] = await engine.query(
      'count the rows',
      `SELECT count(*) AS rows FROM read_parquet(${text(places)})`,
    );
    const rows = asNumber(copied?.['Count']);
    if (rows !== totals.rows || rows !== asNumber(expected?.['rows'])) {
      throw new EvaluationError(`${source}: ${totals.rows} predictions for ${asNumber(expected?.['rows'])} rows`);
    }
    await clean.upload(result, batchKeys(run).scores(shard, scoring.format), type);
  } finally {
    engine.close();
  }
  return summarize(joined, totals);
}

/** The positions of all malformed rows in one object. */
async function writeMalformed({ clean }: JoinScoresPorts, run: RunPointer, directory: string): Promise<void> {
  const { quarantines } = cleanKeys(run);
  const file = join(directory, 'malformed.jsonl');
  const writer = await openRowWriter(file);
  try {
    for (const { key } of await clean.list(quarantines)) {
      writer.addText(await clean.readText(key));
      await writer.flush();
    }
  } finally {
    await writer.close();
  }
  await clean.upload(file, batchKeys(run).malformed, 'application/x-ndjson');
}

/** @throws SchemaMismatchError when no object of the files has a key that the model reads */
function refuseAbsent(counts: readonly ShardCounts[]): void {
  const absent = absentFromAll(counts.map((shard) => shard.absent)) ?? [];
  if (absent.length === 0) return;
  const names = absent.map((name) => `"${name}"`);
  throw new SchemaMismatchError(
    `No object of the files has a key for ${shownList(names, 20)}. Write the files with the keys that the pipeline names.`,
  );
}

/**
 * Joins the scores of a batch with the files, lines and tokens of its rows, shard by shard, and records what became of its rows. A shard
 * that was joined before is not joined again, so that an attempt after one that ran out of time goes on where that one ended.
 *
 * @throws EvaluationError when the numbers of scores and rows differ, or the batch has ended; RowCountError when a row was lost; SchemaMismatchError
 */
export async function joinScores(ports: JoinScoresPorts, { run, shards }: JoinScoresEvent): Promise<ScoredBatch> {
  const { artifacts, store } = ports;
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const { scoring } = await artifacts.readJson(keys.drop, dropRecordSchema);
  if (scoring === undefined) throw new RangeError(`${run.runId} is a run and no batch`);
  const ofModel = artifactKeys({ pipeline: run.pipeline, runId: scoring.runId });
  const fitted = await artifacts.readJson(ofModel.transform, fittedTransformSchema);
  const counts = await readAll(shards, (i) => artifacts.readJson(keys.shardCounts(i), shardCountsSchema));
  refuseAbsent(counts);
  const point = await readOperatingPoint(
    artifacts,
    { pipeline: run.pipeline, runId: scoring.runId },
    pipeline.evaluation,
  );
  const model = {
    fitted,
    answers: classAnswers(pipeline, fitted.label.onlyNegative),
    threshold: point.threshold,
    modelVersion: scoring.modelPackageVersion,
    hasId: pipeline.dataset.id !== undefined,
  };
  const { output } = modelFormat(algorithmOf(pipeline), fitted, point.calibration);
  const joined = { run, model, output, scoring };
  const scores: ShardScores[] = [];
  const files: string[] = [];
  for (const [i, { rows, malformed }] of counts.entries()) {
    if (rows === malformed.rows) continue;
    const before = await ifThere(artifacts.readJson(keys.shardScores(i), shardScoresSchema));
    const own = before ?? (await withScratch((directory) => joinShard(ports, joined, i, directory)));
    if (before === undefined) await artifacts.writeJson(keys.shardScores(i), own);
    scores.push(own);
    files.push(batchKeys(run).scores(i, scoring.format).slice(batchKeys(run).prefix.length));
  }
  const counted = countBatch(counts, scores);
  if (counted.malformed > 0) await withScratch((directory) => writeMalformed(ports, run, directory));
  const ending = { status: 'scored', files, counts: counted };
  if (!(await store.set(run.pipeline, batchItems.one(run.runId), ending, unlessFailed))) {
    throw new EvaluationError(
      `Batch ${run.runId} ended before its scores were joined, and they were erased. To score the files, write their marker again.`,
    );
  }
  return { decision: 'scored', pipeline: run.pipeline, batchId: run.runId };
}
