import type * as z from 'zod';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { SqlEngine } from '#domain/data/engine';
import { classAnswers } from '#domain/data/label-answers';
import { type EncodedRows, encodeRows, type RawRow, type RowGaps, toCsv } from '#domain/data/online';
import { EvaluationError, PredictionError } from '#domain/errors';
import { describePredictions, scoresPerRow } from '#domain/evaluation/predictions';
import { artifactKeys } from '#domain/runs/layout';
import { type Attempt, findAnswer } from '#domain/serving/find-answer';
import { ownScores, type Probes, probesOf, withProbes } from '#domain/serving/probes';
import { readServedModels, type ServedModel } from '#functions/claims/served-models';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import type { PredictResponse, predictRequestSchema } from '#schemas/events/predict';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { goldenSchema } from '#schemas/records/golden';

/** A run's pinned configuration and fitted transform, and how its model is recognised. */
export interface LoadedTransform {
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
  readonly probes: Probes;
}

/** What is kept between calls. */
export interface PredictionCache {
  /** Transforms by key: a run's records never change. */
  readonly transforms: Map<string, LoadedTransform>;
  /** The run whose model answered last, by pipeline. */
  readonly answered: Map<string, string>;
}

/** The dependencies of predicting. */
export interface PredictionPorts {
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  /** Sends CSV rows to an endpoint. @returns the response text */
  readonly invoke: (endpointName: string, csv: string, format: ModelFormat) => Promise<string>;
  readonly openEngine: () => Promise<SqlEngine>;
  readonly cache: PredictionCache;
}

async function loadTransform(
  { artifacts, cache: { transforms } }: PredictionPorts,
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
  const loaded = { pipeline: config, fitted, probes: probesOf(golden) };
  transforms.set(keys.transform, loaded);
  return loaded;
}

interface Scored extends LoadedTransform {
  readonly encoded: EncodedRows;
  readonly scores: Float64Array;
}

/** Sends rows as a model reads them, followed by its probes. */
async function ask(
  ports: PredictionPorts,
  name: string,
  rows: readonly RawRow[],
  { runId, endpointName }: ServedModel,
): Promise<Attempt<Scored>> {
  const model = await loadTransform(ports, name, runId);
  const { pipeline, fitted, probes } = model;
  const encoded = await encodeRows(await ports.openEngine(), pipeline, fitted, rows);
  const { input, output } = algorithmOf(pipeline);
  const perRow = scoresPerRow(fitted);
  try {
    const text = await ports.invoke(endpointName, withProbes(toCsv(encoded, input), probes), { input, output });
    const answers = output.readScores(text, perRow, `endpoint ${endpointName}`);
    const scores = ownScores(answers, rows.length * perRow, probes);
    return scores ? { kind: 'answered', answer: { ...model, encoded, scores } } : { kind: 'other' };
  } catch (error) {
    // another model may have other inputs, classes or an answer of another form
    const ofModel = error instanceof PredictionError && error.problem === 'model-failed';
    if (ofModel || error instanceof EvaluationError) return { kind: 'failed', error };
    throw error;
  }
}

const shownGaps = ({ missing, unknown }: RowGaps = { missing: [], unknown: [] }) => ({
  ...(missing.length > 0 ? { missing: [...missing] } : {}),
  ...(unknown.length > 0 ? { unknown: [...unknown] } : {}),
});

/**
 * Predicts raw rows: encodes them with the SQL that encoded the training rows, scores them on the endpoint, and returns the version of
 * the model that answered too. Each answer names the columns that told the model nothing. While a deployment moves the traffic, each
 * answer is by one of the two models, from inputs that were made for that model: see `findAnswer`.
 *
 * @throws PredictionError when a row is invalid, no model of the pipeline is in service, or the endpoint serves an unknown one
 */
export async function predict(
  ports: PredictionPorts,
  { pipeline: name, rows }: z.output<typeof predictRequestSchema>,
): Promise<PredictResponse> {
  const { answered } = ports.cache;
  const { model, answer } = await findAnswer(
    answered.get(name),
    () => readServedModels(ports.store, name),
    (served) => ask(ports, name, rows, served),
  );
  answered.set(name, model.runId);
  const { pipeline, fitted, encoded, scores } = answer;
  const predictions = describePredictions(fitted, scores, rows.length, {
    answers: classAnswers(pipeline, fitted.label.onlyNegative),
    threshold: pipeline.evaluation.threshold,
  });
  return {
    pipeline: name,
    model: {
      version: model.modelPackageVersion,
      runId: model.runId,
      modelPackageArn: model.modelPackageArn,
    },
    endpoint: model.endpointName,
    predictions: predictions.map((prediction, i) => ({ ...prediction, ...shownGaps(encoded.gaps[i]) })),
  };
}
