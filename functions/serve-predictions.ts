import { artifactStore } from '#functions/aws/buckets';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { scoreCsv } from '#functions/aws/invoke-endpoint';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { readPipeline } from '#functions/runtime/pipelines';
import { publishPredictions } from '#functions/runtime/prediction-metrics';
import { sharedEngine } from '#functions/shards/shared-engine';
import { type PredictionCache, predict } from '#functions/use-cases/predict';
import { servePredictions } from '#functions/use-cases/serve-predictions';
import { apiRequestSchema } from '#schemas/events/prediction-api';

const config = readConfig(['ARTIFACTS_BUCKET', 'STATE_TABLE', 'LAMBDA_TASK_ROOT']);

/** Kept between invocations: the transforms of the runs whose models have served, and which model answered last. */
const cache: PredictionCache = { transforms: new Map(), answered: new Map() };

/** Answers requests to the prediction API: raw rows in JSON or CSV. */
export const handler = withMiddleware(apiRequestSchema, (event) =>
  servePredictions(
    {
      predict: (request) =>
        predict(
          {
            artifacts: artifactStore(config),
            store: runStore(config),
            invoke: (endpointName, csv, format) => scoreCsv(sageMakerRuntimeClient(), endpointName, csv, format),
            openEngine: sharedEngine,
            publish: publishPredictions,
            cache,
          },
          request,
        ),
      findPipeline: (name) =>
        pipelineNames(config.LAMBDA_TASK_ROOT).includes(name)
          ? readPipeline(config.LAMBDA_TASK_ROOT, name).pipeline
          : undefined,
      report: (code, error) => logger.warn('a prediction was refused', { code, errorName: error.name }),
      now: () => performance.now(),
    },
    event,
  ),
);
