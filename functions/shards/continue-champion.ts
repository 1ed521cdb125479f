import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import * as z from 'zod';
import type { Continuation as Way } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { Use } from '#domain/splits/comparable';
import { continuationProblem } from '#domain/training/continuation';
import { modelKey } from '#domain/training/plan';
import type { FileStore } from '#functions/ports/object-store';
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

/** A larger model is read by no function: its unpacked file is kept in memory. */
const mostModelBytes = 1e9;

const full = (reason: string): Full => ({ kind: 'full', reason });

/** The model's file out of the artifact of a training job; undefined when it is too large. */
async function unpackModel(archive: string, directory: string, { modelFile }: Way): Promise<string | undefined> {
  if ((await stat(archive)).size > mostModelBytes) return undefined;
  const unpack = unpackTar(directory, {
    strict: true,
    filter: ({ name, type }) => type === 'file' && name === modelFile,
  });
  await stream(createReadStream(archive), createGunzip(), unpack);
  const file = join(directory, modelFile);
  return (await stat(file)).size > mostModelBytes ? undefined : file;
}

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
  const file = await unpackModel(archive, directory, way);
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
