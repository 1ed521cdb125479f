import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { tokenOf } from '#domain/privacy/tokenize';
import { inferenceIdOf } from '#domain/serving/inference-id';
import { scoreQueued } from '#functions/aws/asynchronous-endpoint';
import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { secretsClient } from '#functions/aws/clients/secrets-manager';
import { scoreCsv } from '#functions/aws/invoke-endpoint';
import { predictionWriter } from '#functions/aws/prediction-log';
import { runStore } from '#functions/aws/tables';
import { queueClients } from '#functions/composition/queue-clients';
import type { Config } from '#functions/runtime/config';
import { publishPredictions, publishUnlogged } from '#functions/runtime/prediction-metrics';
import { sharedEngine } from '#functions/shards/shared-engine';
import { readTokenKeys } from '#functions/shards/token-key';
import type { PredictionPorts } from '#functions/use-cases/predict';

/** The variables that predicting reads. */
export const predictionVariables = ['ARTIFACTS_BUCKET', 'CLEAN_BUCKET', 'STATE_TABLE', 'TOKEN_KEY_SECRET'] as const;

/**
 * The ports of predicting over AWS. What is kept between invocations is made once: call this once for each process.
 *
 * @param patienceMs how long a caller waits for an endpoint with a queue
 */
export function predictionPorts(
  config: Config<(typeof predictionVariables)[number]>,
  patienceMs: number,
): PredictionPorts {
  let keys: ReturnType<typeof readTokenKeys> | undefined;
  return {
    artifacts: artifactStore(config),
    store: runStore(config),
    invoke: (endpointName, csv, format) => scoreCsv(sageMakerRuntimeClient(), endpointName, csv, format),
    enqueue: (rows, format, until) => scoreQueued(queueClients(config), rows, format, until),
    openEngine: sharedEngine,
    publish: publishPredictions,
    log: predictionWriter(s3Client(), config.CLEAN_BUCKET),
    // read with the first id that is logged; if that failed, the next one tries again
    async tokenOf(id) {
      keys ??= readTokenKeys(secretsClient(), config.TOKEN_KEY_SECRET).catch((error: unknown) => {
        keys = undefined;
        throw error;
      });
      return tokenOf((await keys).current, id);
    },
    reportUnlogged: publishUnlogged,
    newId: () => inferenceIdOf(Date.now(), randomBytes(10)),
    clock: () => new Date().toISOString(),
    now: () => performance.now(),
    wait: (ms, signal) => wait(ms, undefined, { signal }),
    patienceMs,
    cache: { transforms: new Map(), answered: new Map(), explainers: new Map() },
  };
}
