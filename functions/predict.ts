import { artifactStore } from '#functions/aws/buckets';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { scoreCsv } from '#functions/aws/invoke-endpoint';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';
import { type PredictionCache, predict } from '#functions/use-cases/predict';
import { predictRequestSchema } from '#schemas/events/predict';

const config = readConfig(['ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Kept between invocations: the engine, the transforms of the runs whose models have served, and which model answered last. */
let engine: Promise<OpenEngine> | undefined;
const cache: PredictionCache = { transforms: new Map(), answered: new Map() };

/** The process's only engine. If opening it failed, the next request tries again. */
function sharedEngine(): Promise<OpenEngine> {
  engine ??= openEngine({ memoryMb: functionMemoryMb() }).catch((error: unknown) => {
    engine = undefined;
    throw error;
  });
  return engine;
}

/** Predicts raw rows with the model in service. */
export const handler = withMiddleware(predictRequestSchema, (event) =>
  predict(
    {
      artifacts: artifactStore(config),
      store: runStore(config),
      invoke: (endpointName, csv, format) => scoreCsv(sageMakerRuntimeClient(), endpointName, csv, format),
      openEngine: sharedEngine,
      cache,
    },
    event,
  ),
);
