import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { endpoints } from '#functions/aws/endpoints';
import { scoreCsv } from '#functions/aws/invoke-endpoint';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb, type OpenEngine, openEngine } from '#functions/shards/duckdb';
import { type LoadedTransform, predict } from '#functions/use-cases/predict';
import { predictRequestSchema } from '#schemas/events/predict';

const config = readConfig(['ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Kept between invocations: the engine, and the transforms of the runs whose models have served. */
let engine: Promise<OpenEngine> | undefined;
const transforms = new Map<string, LoadedTransform>();

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
      endpoints: endpoints(sageMakerClient()),
      invoke: (endpointName, csv, format) => scoreCsv(sageMakerRuntimeClient(), endpointName, csv, format),
      openEngine: sharedEngine,
      transforms,
    },
    event,
  ),
);
