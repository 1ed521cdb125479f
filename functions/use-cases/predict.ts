import type * as z from 'zod';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { SqlEngine } from '#domain/data/engine';
import { classAnswers } from '#domain/data/label-answers';
import { encodeRows, type RowGaps, toCsv } from '#domain/data/online';
import { PredictionError } from '#domain/errors';
import { describePredictions, scoresPerRow } from '#domain/evaluation/predictions';
import { artifactKeys } from '#domain/runs/layout';
import type { Endpoints } from '#functions/ports/endpoints';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import type { PredictResponse, predictRequestSchema } from '#schemas/events/predict';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { type Champion, championSchema } from '#schemas/records/run';

/** A run's pinned configuration and fitted transform. */
export interface LoadedTransform {
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
}

/** The dependencies of predicting. */
export interface PredictionPorts {
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly endpoints: Pick<Endpoints, 'read'>;
  /** Sends CSV rows to an endpoint. @returns the response text */
  readonly invoke: (endpointName: string, csv: string, format: ModelFormat) => Promise<string>;
  readonly openEngine: () => Promise<SqlEngine>;
  /** Transforms by key, kept between calls: a run's records never change. */
  readonly transforms: Map<string, LoadedTransform>;
}

/** The champion of a pipeline with the transform of its training. */
async function loadModel(
  { store, artifacts, transforms }: PredictionPorts,
  name: string,
): Promise<LoadedTransform & { readonly champion: Champion }> {
  const item = await store.get(name, 'champion');
  if (!item) {
    throw new PredictionError(
      `Pipeline ${name} has no model in service. Drop data and approve the model first, or check the pipeline's name.`,
    );
  }
  const champion = championSchema.parse(item);
  const keys = artifactKeys({ pipeline: name, runId: champion.runId });
  let transform = transforms.get(keys.transform);
  if (!transform) {
    transform = {
      pipeline: await artifacts.readJson(keys.config, pipelineSchema),
      fitted: await artifacts.readJson(keys.transform, fittedTransformSchema),
    };
    transforms.set(keys.transform, transform);
  }
  return { champion, ...transform };
}

const shownGaps = ({ missing, unknown }: RowGaps = { missing: [], unknown: [] }) => ({
  ...(missing.length > 0 ? { missing: [...missing] } : {}),
  ...(unknown.length > 0 ? { unknown: [...unknown] } : {}),
});

/**
 * Predicts raw rows: encodes them with the SQL that encoded the training rows, scores them on the endpoint, and returns the
 * model version too. Each answer names the columns that told the model nothing. Refuses while the endpoint serves another config than the champion's, because its inputs may differ.
 *
 * @throws PredictionError when no model of the pipeline is in service, or the champion is not
 */
export async function predict(
  ports: PredictionPorts,
  { pipeline: name, rows }: z.output<typeof predictRequestSchema>,
): Promise<PredictResponse> {
  const { champion, pipeline, fitted } = await loadModel(ports, name);
  const { endpointName, endpointConfigName } = champion;
  const encoded = await encodeRows(await ports.openEngine(), pipeline, fitted, rows);
  const serving = (await ports.endpoints.read(endpointName))?.config;
  if (serving !== endpointConfigName) {
    throw new PredictionError(
      `Endpoint ${endpointName} serves ${serving ?? 'nothing'}, not the champion's ${endpointConfigName}: a deployment is under way, or the endpoint was changed by hand. Try again, or deploy the model again.`,
    );
  }
  const { input, output } = algorithmOf(pipeline);
  const answer = await ports.invoke(endpointName, toCsv(encoded, input), { input, output });
  const scores = output.readScores(answer, scoresPerRow(fitted), `endpoint ${endpointName}`);
  const predictions = describePredictions(fitted, scores, rows.length, {
    answers: classAnswers(pipeline, fitted.label.onlyNegative),
    threshold: pipeline.evaluation.threshold,
  });
  return {
    pipeline: name,
    model: {
      version: champion.modelPackageVersion,
      runId: champion.runId,
      modelPackageArn: champion.modelPackageArn,
    },
    endpoint: endpointName,
    predictions: predictions.map((prediction, i) => ({ ...prediction, ...shownGaps(encoded.gaps[i]) })),
  };
}
