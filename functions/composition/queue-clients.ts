import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClients } from '#functions/aws/asynchronous-endpoint';
import { cleanStore } from '#functions/aws/buckets';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';

/** What sending requests to asynchronous endpoints needs, over AWS. */
export const queueClients = (config: { readonly CLEAN_BUCKET: string }): QueueClients => ({
  runtime: sageMakerRuntimeClient(),
  clean: cleanStore(config),
  newId: randomUUID,
  now: () => performance.now(),
  sleep,
});
