import { predictionPorts, predictionVariables } from '#functions/composition/prediction-ports';
import { readConfig } from '#functions/runtime/config';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { readPipeline } from '#functions/runtime/pipelines';
import { predict } from '#functions/use-cases/predict';
import { servePredictions } from '#functions/use-cases/serve-predictions';
import { apiRequestSchema } from '#schemas/events/prediction-api';

const config = readConfig([...predictionVariables, 'LAMBDA_TASK_ROOT']);

/** Less than API Gateway waits (resources/api.ts), by the time that encoding and a cold start may take. */
const patienceMs = 20_000;

/** Kept between invocations, with the transforms of the runs whose models have served. */
const ports = predictionPorts(config, patienceMs);

/** Answers requests to the prediction API: raw rows in JSON or CSV. */
export const handler = withMiddleware(apiRequestSchema, (event) =>
  servePredictions(
    {
      predict: (request) => predict(ports, request),
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
