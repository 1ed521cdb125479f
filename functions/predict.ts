import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandOutput, ModelError } from '@aws-sdk/client-sagemaker-runtime';
import { encodeRows, toCsv } from '#domain/data/online';
import { PredictionError } from '#domain/errors';
import { describePredictions } from '#domain/evaluation/predictions';
import { parseScores } from '#domain/evaluation/score-text';
import { artifactKeys } from '#domain/runs/layout';
import { sageMakerClient, sageMakerRuntimeClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/common/duckdb';
import { withMiddleware } from '#functions/common/middleware';
import { artifactStore, runStore } from '#functions/common/stores';
import { type FittedTransform, fittedTransformSchema } from '#schemas/fitted-transform';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type PredictResponse, predictRequestSchema } from '#schemas/predict';
import { type Champion, championSchema } from '#schemas/run';

const config = readConfig(['ARTIFACTS_BUCKET', 'STATE_TABLE']);

interface LoadedModel {
  readonly champion: Champion;
  readonly pipeline: Pipeline;
  readonly fitted: FittedTransform;
}
/** Kept between invocations: the engine, and the transforms of the runs that served. A run's records never change. */
let engine: Promise<OpenEngine> | undefined;
const transforms = new Map<string, Omit<LoadedModel, 'champion'>>();

/** The champion of a pipeline with the transform its model was trained on. */
async function loadModel(name: string): Promise<LoadedModel> {
  const item = await runStore(config).get(name, 'champion');
  if (!item) {
    throw new PredictionError(
      `Pipeline ${name} has no model in service. Drop data and approve the model first, or check the pipeline's name.`,
    );
  }
  const champion = championSchema.parse(item);
  const keys = artifactKeys({ pipeline: name, runId: champion.runId });
  let transform = transforms.get(keys.transform);
  if (!transform) {
    const artifacts = artifactStore(config);
    transform = {
      pipeline: await artifacts.readJson(keys.config, pipelineSchema),
      fitted: await artifacts.readJson(keys.transform, fittedTransformSchema),
    };
    transforms.set(keys.transform, transform);
  }
  return { champion, ...transform };
}

/** Asks the endpoint. @throws PredictionError when the model fails, without its text: that may repeat what was asked */
async function invoke(endpointName: string, body: string): Promise<InvokeEndpointCommandOutput> {
  try {
    return await sageMakerRuntimeClient().send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: 'text/csv',
        Accept: 'text/csv',
        Body: body,
      }),
    );
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new PredictionError(
      `The model behind endpoint ${endpointName} failed with status ${error.OriginalStatusCode ?? 'unknown'}. Look into the endpoint's log.`,
    );
  }
}

/**
 * Predicts raw rows: the SQL that encoded the training rows encodes them, the endpoint scores them, and the answer names the model
 * version. Refuses while another config than the champion's serves, since its inputs may differ.
 */
export const handler = withMiddleware(
  predictRequestSchema,
  async ({ pipeline: name, rows }): Promise<PredictResponse> => {
    const { champion, pipeline, fitted } = await loadModel(name);
    engine ??= openEngine({ memoryMb: functionMemoryMb() }).catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
    const encoded = await encodeRows(await engine, pipeline, fitted, rows);
    const { EndpointConfigName: serving } = await sageMakerClient().send(
      new DescribeEndpointCommand({ EndpointName: champion.endpointName }),
    );
    if (serving !== champion.endpointConfigName) {
      throw new PredictionError(
        `Endpoint ${champion.endpointName} serves ${serving}, not the champion's ${champion.endpointConfigName}: a deployment is under way, or the endpoint was changed by hand. Try again, or deploy the model again.`,
      );
    }
    const answer = await invoke(champion.endpointName, toCsv(encoded));
    const perRow = fitted.task === 'multiclass' ? fitted.label.classes.length : 1;
    const scores = parseScores(new TextDecoder().decode(answer.Body), perRow, `endpoint ${champion.endpointName}`);
    return {
      pipeline: name,
      model: {
        version: champion.modelPackageVersion,
        runId: champion.runId,
        modelPackageArn: champion.modelPackageArn,
      },
      endpoint: champion.endpointName,
      predictions: describePredictions(fitted, scores, rows.length, pipeline.evaluation.threshold),
    };
  },
);
