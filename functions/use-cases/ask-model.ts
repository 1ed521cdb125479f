import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { SqlEngine } from '#domain/data/engine';
import { type EncodedRows, encodeRows, type RawRow, toCsv } from '#domain/data/online';
import { EvaluationError, PredictionError } from '#domain/errors';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { artifactKeys } from '#domain/runs/layout';
import type { Attempt } from '#domain/serving/find-answer';
import { ownScores, type Probes, probesOf, withProbes } from '#domain/serving/probes';
import { modelFormat } from '#domain/serving/recalibration';
import type { ServedModel } from '#functions/claims/served-models';
import type { ObjectStore } from '#functions/ports/object-store';
import { readOperatingPoint } from '#functions/shards/operating-point';
import { type OnlineTextFunctions, onlineTextFunctionsOf } from '#functions/shards/text-functions';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { goldenSchema, type SliceGroups } from '#schemas/records/golden';
import type { OperatingPoint } from '#schemas/records/operating-point';

/** A run's pinned configuration and fitted transform, and how its model is recognised. */
export interface LoadedTransform {
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
  /** How its scores become answers. */
  readonly point: OperatingPoint;
  readonly probes: Probes;
  /** The groups of the slice columns that the log names. */
  readonly slices: readonly SliceGroups[];
  /** The functions over texts that its rows need. */
  readonly texts?: OnlineTextFunctions | undefined;
}

/** The dependencies of asking a model. */
export interface AskingPorts {
  readonly artifacts: ObjectStore;
  /** Sends CSV rows to an endpoint. @returns the response text */
  readonly invoke: (endpointName: string, csv: string, format: ModelFormat) => Promise<string>;
  /**
   * The same through the queue of an asynchronous endpoint.
   * @param until how long to wait for the answer, by `now`
   */
  readonly enqueue: (
    rows: { readonly pipeline: string; readonly endpointName: string; readonly csv: string },
    format: ModelFormat,
    until: number,
  ) => Promise<string>;
  /** @param texts the functions over texts that the statements call */
  readonly openEngine: (texts?: OnlineTextFunctions) => Promise<SqlEngine>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Transforms by key: a run's records never change. */
  readonly cache: { readonly transforms: Map<string, LoadedTransform> };
}

/** What a model answered for some rows. */
export interface Scored extends LoadedTransform {
  readonly encoded: EncodedRows;
  /** Row-major. */
  readonly scores: Float64Array;
  /** How long the endpoint took. */
  readonly latencyMs: number;
}

/** What a run learnt, read once. */
export async function loadTransform(
  { artifacts, cache: { transforms } }: Pick<AskingPorts, 'artifacts' | 'cache'>,
  pipeline: string,
  runId: string,
): Promise<LoadedTransform> {
  const keys = artifactKeys({ pipeline, runId });
  const known = transforms.get(keys.transform);
  if (known) return known;
  const [config, fitted, golden] = await Promise.all([
    artifacts.readJson(keys.config, pipelineSchema),
    artifacts.readJson(keys.transform, fittedTransformSchema),
    artifacts.readJson(keys.golden, goldenSchema),
  ]);
  const loaded = {
    pipeline: config,
    fitted,
    point: await readOperatingPoint(artifacts, { pipeline, runId }, config.evaluation),
    probes: probesOf(golden),
    slices: golden.slices ?? [],
    texts: onlineTextFunctionsOf(config),
  };
  transforms.set(keys.transform, loaded);
  return loaded;
}

/**
 * Sends rows as a model reads them, followed by its probes.
 *
 * @param until how long to wait for an endpoint with a queue, by `now`
 */
export async function askModel(
  ports: AskingPorts,
  name: string,
  rows: readonly RawRow[],
  { runId, endpointName }: Pick<ServedModel, 'runId' | 'endpointName'>,
  until: number,
): Promise<Attempt<Scored>> {
  const model = await loadTransform(ports, name, runId);
  const { pipeline, fitted, point, probes, texts } = model;
  const encoded = await encodeRows(await ports.openEngine(texts), pipeline, fitted, rows);
  const { input, output } = modelFormat(algorithmOf(pipeline), fitted, point.calibration);
  const perRow = scoresPerRow(fitted);
  try {
    const start = ports.now();
    const csv = withProbes(toCsv(encoded, input), probes);
    const text = pipeline.deployment.asynchronous
      ? await ports.enqueue({ pipeline: name, endpointName, csv }, { input, output }, until)
      : await ports.invoke(endpointName, csv, { input, output });
    const latencyMs = Math.max(0, Math.round((ports.now() - start) * 10) / 10);
    const answers = output.readScores(text, perRow, `endpoint ${endpointName}`);
    const scores = ownScores(answers, rows.length * perRow, probes);
    return scores ? { kind: 'answered', answer: { ...model, encoded, scores, latencyMs } } : { kind: 'other' };
  } catch (error) {
    // another model may have other inputs, classes or an answer of another form
    const ofModel = error instanceof PredictionError && error.problem === 'model-failed';
    if (ofModel || error instanceof EvaluationError) return { kind: 'failed', error };
    throw error;
  }
}
