import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Continuation as Way } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { SqlEngine } from '#domain/data/engine';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { Use } from '#domain/splits/comparable';
import { continuationProblem, holdoutProblem } from '#domain/training/continuation';
import { modelKey } from '#domain/training/plan';
import type { FileStore } from '#functions/ports/object-store';
import { mostModelBytes, unpackModel } from '#functions/shards/unpack-model';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type Continuation, continuationSchema } from '#schemas/records/continuation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { type TrainingRecord, trainingRecordSchema } from '#schemas/records/run';
import { type ComparableRule, sidesSchema, type UnseenRule } from '#schemas/records/sides';

/** The dependencies of going on from a champion. */
export interface ContinuationPorts {
  readonly artifacts: FileStore;
  readonly stage: string;
  /** The image of an algorithm. @throws ConfigurationError when the stack has none */
  readonly imageOf: (algorithm: string) => string;
}

/** What a training may go on from. */
export interface Start {
  readonly kind: 'start';
  readonly from: string;
  readonly rounds: number;
  /** That run and those that it went on from, the newest first. */
  readonly ancestors: readonly string[];
  /** The rows that none of them was trained on. */
  readonly unseen: UnseenRule;
  /** What they were trained on. */
  readonly use: Use;
}
type Full = Extract<Continuation, { kind: 'full' }>;

const full = (reason: string): Full => ({ kind: 'full', reason });

/** The runs that a champion went on from, the newest first. */
async function ancestorsOf(artifacts: FileStore, champion: RunPointer, pipeline: Pipeline): Promise<readonly string[]> {
  if (pipeline.training.incremental !== true) return [];
  const record = await artifacts.readJson(artifactKeys(champion).continuation, continuationSchema);
  return record.kind === 'continued' ? record.ancestors : [];
}

/** The rounds of the champion's model, which is put where the run's training container looks for it; else why it cannot be used. */
async function placeModel(
  { artifacts, stage }: ContinuationPorts,
  { run, champion }: Pair,
  training: TrainingRecord,
  way: Way,
  directory: string,
): Promise<number | Full> {
  const archive = join(directory, 'model.tar.gz');
  await artifacts.download(modelKey(champion, training, stage), archive);
  const file = await unpackModel(archive, directory, way.modelFile);
  const of = `the model of the champion, run ${champion.runId},`;
  if (file === undefined) return full(`${of} has more than ${mostModelBytes / 1e9} GB`);
  const rounds = way.readLength(await readFile(file));
  if (rounds === undefined) return full(`${of} is in a format that no training goes on from`);
  await artifacts.upload(file, artifactKeys(run).checkpoints + way.checkpointName(rounds), 'application/octet-stream');
  return rounds;
}

interface Pair {
  readonly run: RunPointer;
  readonly champion: RunPointer;
}

/**
 * Finds whether a run's training may go on from the champion's model, and puts the model where the training container looks for it.
 *
 * @param identity what the keys of the run's rows are made from
 * @param comparable which rows the champion and its ancestors cannot have been trained on
 */
export async function findStart(
  ports: ContinuationPorts,
  {
    pipeline,
    identity,
    comparable,
    ...pair
  }: Pair & {
    readonly pipeline: Pipeline;
    readonly identity: string;
    readonly comparable: ComparableRule;
  },
  directory: string,
): Promise<Start | Full> {
  const { artifacts, imageOf } = ports;
  const { champion } = pair;
  const way = algorithmOf(pipeline).continuation;
  const { runId: from } = champion;
  const keys = artifactKeys(champion);
  const before = pipelineSchema.safeParse(await artifacts.readJson(keys.config, z.unknown())).data;
  if (!way || before === undefined || comparable.kind === 'earlier-hash')
    return full(`an earlier version of Tidegate trained the champion, run ${from}`);
  if (comparable.kind === 'none') return full(comparable.reason);
  const sides = await artifacts.readJson(keys.sides, sidesSchema);
  if (sides.identity !== identity)
    return full(
      `the split has another seed, other groups or other model inputs than that of the champion, run ${from}`,
    );
  const training = await artifacts.readJson(keys.training, trainingRecordSchema);
  const { features } = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const ancestor = { runId: from, pipeline: before, features, training };
  const problem = continuationProblem(ancestor, pipeline, imageOf(pipeline.training.algorithm));
  if (problem !== undefined) return full(problem);
  const rounds = await placeModel(ports, pair, training, way, directory);
  if (typeof rounds !== 'number') return rounds;
  const ancestors = [from, ...(await ancestorsOf(artifacts, champion, before))];
  return { kind: 'start', from, rounds, ancestors, unseen: comparable, use: sides };
}

/** Test rows by class: all, and those that no ancestor was trained on. */
async function countHoldout(engine: SqlEngine, sided: (unseen?: UnseenRule) => string, unseen: UnseenRule) {
  const counts = (from: string) =>
    `SELECT class, sum(rows)::BIGINT AS rows FROM ${from} WHERE _side = 'test' GROUP BY 1`;
  const found = await engine.query(
    'count the test rows that no ancestor was trained on',
    `SELECT every.rows AS rows, coalesce(own.rows, 0) AS unseen FROM (${counts(sided())}) AS every LEFT JOIN (${counts(sided(unseen))}) AS own USING (class)`,
  );
  return found.map((row) => ({ rows: Number(row['rows']), unseen: Number(row['unseen']) }));
}

/** Whether the training goes on from the champion's model; undefined where the pipeline does not ask for it. */
export async function decideContinuation(
  ports: ContinuationPorts,
  engine: SqlEngine,
  given: {
    readonly run: RunPointer;
    readonly champion?: RunPointer | null | undefined;
    readonly pipeline: Pipeline;
    readonly identity: string;
    readonly comparable: ComparableRule | undefined;
  },
  sided: (unseen?: UnseenRule) => string,
  directory: string,
): Promise<{ readonly record: Continuation; readonly start?: Start } | undefined> {
  const { champion, comparable, pipeline } = given;
  if (pipeline.training.incremental !== true) return undefined;
  if (!champion || !comparable) return { record: { kind: 'full', reason: 'the pipeline has no champion yet' } };
  const start = await findStart(ports, { ...given, champion, comparable }, directory);
  if (start.kind === 'full') return { record: start };
  const holdout = await countHoldout(engine, sided, start.unseen);
  const problem = holdoutProblem(start.from, holdout);
  if (problem !== undefined) return { record: { kind: 'full', reason: problem } };
  const leftOut = holdout.reduce((sum, { rows, unseen }) => sum + rows - unseen, 0);
  const { from, rounds, ancestors } = start;
  return { record: { kind: 'continued', from, rounds, ancestors: [...ancestors], leftOut }, start };
}
