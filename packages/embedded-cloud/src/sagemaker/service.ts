import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ScaledEndpoints } from '#src/application-autoscaling/scaled-endpoints';
import { AwsError, type CloudContext, type PreparedCall, type ServiceRequest } from '#src/cloud/service';
import { endpointConfigOperations } from '#src/sagemaker/endpoints/configs';
import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import { Hosting } from '#src/sagemaker/endpoints/hosting';
import { invokedEndpoint, otherInvocation, prepareInvocation } from '#src/sagemaker/endpoints/invoke';
import { enqueuedEndpoint, prepareAsyncInvocation } from '#src/sagemaker/endpoints/invoke-async';
import { changeCapacity, endpointOperations } from '#src/sagemaker/endpoints/operations';
import { Queues } from '#src/sagemaker/endpoints/queue';
import { createHub, type Hub } from '#src/sagemaker/hub';
import { Jobs } from '#src/sagemaker/jobs';
import { modelOperations } from '#src/sagemaker/models/operations';
import type { Operation, Operations } from '#src/sagemaker/operation';
import { processingOperations, resumeProcessing } from '#src/sagemaker/processing/operations';
import { groupOperations, groupProvider } from '#src/sagemaker/registry/groups';
import { packageOperations } from '#src/sagemaker/registry/packages';
import type { SageMakerSettings } from '#src/sagemaker/settings';
import { Store } from '#src/sagemaker/store';
import { tagOperations, withTagConditions } from '#src/sagemaker/tags';
import { type TrainingJob, transition } from '#src/sagemaker/training/job';
import { startTraining, trainingOperations } from '#src/sagemaker/training/operations';
import { changeTransform, type TransformJob } from '#src/sagemaker/transform/job';
import { startTransform, transformOperations } from '#src/sagemaker/transform/operations';
import { resumeTuning, tuningOperations } from '#src/sagemaker/tuning/operations';
import { checkRequest } from '#src/sagemaker/validation/request';
import { parse } from '#src/sagemaker/validation/shape';
import { formatError } from '#src/sagemaker/wire';

const TARGET_PREFIX = 'SageMaker.';

/**
 * SageMaker: the control plane (JSON 1.1, `X-Amz-Target: SageMaker.<Operation>`) and the runtime (`POST
 * /endpoints/<name>/invocations` and `…/async-invocations`). Jobs and endpoints run the programs of `settings.containers` as processes; state is stored in SQLite below
 * `<stateDir>/sagemaker`, logs below `<stateDir>/logs`.
 */
export const createSageMaker = (cloud: CloudContext & { readonly sageMaker?: SageMakerSettings }): ScaledEndpoints => {
  const store = new Store(cloud);
  const hub = createHub(cloud, store, cloud.sageMaker);
  const jobs = new Jobs();
  const hosting = new Hosting(hub, jobs);
  const queues = new Queues(hub, hosting);
  const operations: Operations = {
    ...trainingOperations(hub, jobs),
    ...transformOperations(hub, jobs),
    ...tuningOperations(hub, jobs),
    ...processingOperations(hub, jobs),
    ...modelOperations(hub),
    ...endpointConfigOperations(hub),
    ...endpointOperations(hub, hosting, queues),
    ...groupOperations(hub),
    ...packageOperations(hub),
    ...tagOperations(hub),
  };

  const resume = () => {
    for (const { name, status, tuningJob } of store.all<TrainingJob>('training-job')) {
      if (status === 'InProgress' && tuningJob === undefined) startTraining(hub, jobs, name);
      if (status === 'Stopping') transition(hub, name, 'Stopped');
    }
    resumeTuning(hub, jobs);
    resumeProcessing(hub, jobs);
    for (const { name, status } of store.all<TransformJob>('transform-job')) {
      if (status === 'InProgress') startTransform(hub, jobs, name);
      if (status === 'Stopping') changeTransform(hub, name, { status: 'Stopped' });
    }
    for (const endpoint of store.all<Endpoint>('endpoint')) hosting.resume(endpoint);
    queues.resume();
  };

  return {
    signingNames: ['sagemaker'],
    prepare: async (request) => {
      const endpoint = invokedEndpoint(request.path);
      if (endpoint !== undefined) return prepareInvocation(hub, hosting, endpoint, request);
      const queued = enqueuedEndpoint(request.path);
      if (queued !== undefined) return prepareAsyncInvocation(hub, queues, queued, request);
      return prepareOperation(operations, hub, request);
    },
    formatError,
    serving(name) {
      const endpoint = store.get<Endpoint>('endpoint', name);
      if (endpoint?.status !== 'InService') return undefined;
      const { configName: config, variants, asynchronous } = endpoint.spec;
      return { config, variants: variants.map((variant) => variant.name), mayHaveNone: asynchronous !== undefined };
    },
    async addInstances(name, variant, { by, max }) {
      const endpoint = store.get<Endpoint>('endpoint', name);
      const served = endpoint?.spec.variants.find((candidate) => candidate.name === variant);
      if (endpoint?.status !== 'InService' || !served || served.instances >= max) return false;
      const DesiredInstanceCount = Math.min(max, served.instances + by);
      await changeCapacity(hub, hosting, name, [{ VariantName: variant, DesiredInstanceCount }]);
      return true;
    },
    resources: { 'AWS::SageMaker::ModelPackageGroup': groupProvider(hub) },
    start: async () => {
      // Whatever is there was left behind by a process that was killed.
      await rm(hub.workDirectory, { recursive: true, force: true });
      resume();
      store.outbox.start();
    },
    close: async () => {
      await jobs.close();
      await queues.close();
      await hosting.close();
      store.close();
    },
  };
};

const prepareOperation = async (
  operations: Operations,
  { store, settings }: Hub,
  request: ServiceRequest,
): Promise<PreparedCall> => {
  const target = request.headers['x-amz-target'] ?? '';
  const name =
    otherInvocation(request.path) ?? (target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : target);
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!found) {
    throw new AwsError(
      'UnknownOperationException',
      `The operation ${name === '' ? `${request.method} ${request.path}` : name} is not available in the embedded cloud's SageMaker.`,
      404,
    );
  }
  const operation = found as unknown as Operation<unknown>;
  const body = await readJson(request.body);
  const input = parse(operation.input, checkRequest(name, body, settings.serviceModel));
  return {
    operation: name,
    authorize: withTagConditions((arn) => store.tagsOf(arn), input, operation.authorize(input)),
    input,
    execute: async () => {
      const output = await operation.execute(input, request.caller);
      // What is answered is on disk: what it did, and what it read.
      await store.committed();
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(output),
      };
    },
  };
};

const readJson = async (stream: Readable): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
};
