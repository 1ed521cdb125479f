import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { type ModelServer, StartError, startServer } from '#src/sagemaker/container/server';
import { JobFailure, MAX_REASON } from '#src/sagemaker/failure';
import { failWhileRunning, failWithoutCapacity, seeLogs } from '#src/sagemaker/faults';
import { type Hub, mustFind } from '#src/sagemaker/hub';
import { isClosing } from '#src/sagemaker/jobs';
import { hostedModel, type Model } from '#src/sagemaker/models/model';
import { arnOf } from '#src/sagemaker/names';
import {
  describeS3Error,
  joinKey,
  parseS3Uri,
  type RoleStorage,
  relativeKey,
  storageOf,
} from '#src/sagemaker/storage/s3';
import { type Batch, type BatchOptions, batchesOf, PayloadError } from '#src/sagemaker/transform/batches';
import { FilterError, parseCsvFilter, splitCsvLine } from '#src/sagemaker/transform/filter';
import { changeTransform, type TransformJob } from '#src/sagemaker/transform/job';
import type { CreateTransformJob } from '#src/sagemaker/transform/request';

/** The job fails by its creator's fault; `details` go to its log alone. */
class TransformError extends Error {
  override readonly name = 'TransformError';
  readonly details: string | undefined;
  constructor(reason: string, details?: string) {
    super(reason);
    this.details = details;
  }
}

const MEBIBYTE = 2 ** 20;
const DEFAULT_RETRIES = 3;

/** Runs a transform job to its end and records it; never throws. Leaves the record alone when the service closes. */
export const runTransformJob = async (hub: Hub, name: string, signal: AbortSignal): Promise<void> => {
  const job = hub.store.get<TransformJob>('transform-job', name);
  if (!job) return;
  const log = hub.logFile('transform-jobs', name);
  const directory = join(hub.workDirectory, `transform-data-${name}`);
  let server: ModelServer | undefined;
  try {
    await mkdir(dirname(log), { recursive: true });
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const model = mustFind<Model>(hub, 'model', job.request.ModelName);
    const fault = hub.cloud.faults?.job({ job: 'transform', name, spot: false });
    failWithoutCapacity(fault);
    changeTransform(hub, name, { started: hub.cloud.clock.now() });
    failWhileRunning(fault, seeLogs);
    server = await startServer(hub, hostedModel(model), {
      id: `transform-${name}`,
      logFile: log,
      logGroup: 'TransformJobs',
      environment: batchEnvironment(job.request),
    });
    await transformAll(hub, job.request, model.executionRoleArn, server, directory, signal);
    signal.throwIfAborted();
    changeTransform(hub, name, { status: 'Completed' });
  } catch (error) {
    if (isClosing(signal)) return;
    if (signal.aborted) return changeTransform(hub, name, { status: 'Stopped' });
    const { reason, details } = explain(error);
    if (details !== undefined) await appendFile(log, `[sagemaker logs]: ${details}\n`);
    changeTransform(hub, name, { status: 'Failed', failureReason: reason.slice(0, MAX_REASON) });
  } finally {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  }
};

const explain = (error: unknown): { readonly reason: string; readonly details?: string | undefined } => {
  if (error instanceof JobFailure) return { reason: error.message };
  if (error instanceof TransformError) return { reason: error.message, details: error.details };
  if (error instanceof StartError) {
    return error.stage === 'model-data'
      ? { reason: `ClientError: Model data download failed:${error.message}` }
      : { reason: 'AlgorithmError: See job logs for more information', details: error.message };
  }
  return { reason: `InternalServerError: ${error instanceof Error ? error.message : String(error)}` };
};

/** What the container gets about the job (Developer Guide: Batch transform, container environment). */
const batchEnvironment = (request: CreateTransformJob): Record<string, string> => ({
  ...request.Environment,
  SAGEMAKER_BATCH: 'true',
  SAGEMAKER_MAX_PAYLOAD_IN_MB: String(request.MaxPayloadInMB ?? 6),
  SAGEMAKER_BATCH_STRATEGY: request.BatchStrategy === 'SingleRecord' ? 'SINGLE_RECORD' : 'MULTI_RECORD',
  SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(request.MaxConcurrentTransforms ?? 0),
});

interface Settings extends BatchOptions {
  readonly concurrent: number;
}

/** The request's settings; the container answers for those that it leaves open. */
const settingsOf = async (request: CreateTransformJob, server: ModelServer): Promise<Settings> => {
  const answer = await server.invoke({ method: 'GET', path: '/execution-parameters', headers: {} });
  const proposed =
    answer.status === 200
      ? (JSON.parse(answer.body.toString()) as { MaxConcurrentTransforms?: number; MaxPayloadInMB?: number })
      : {};
  const split = request.TransformInput.SplitType === 'Line' ? 'Line' : 'None';
  return {
    concurrent: request.MaxConcurrentTransforms || proposed.MaxConcurrentTransforms || 1,
    maxBytes: (request.MaxPayloadInMB ?? proposed.MaxPayloadInMB ?? 6) * MEBIBYTE || Number.POSITIVE_INFINITY,
    split,
    single: request.BatchStrategy === 'SingleRecord',
    gzip: request.TransformInput.CompressionType === 'Gzip',
    filter: parseCsvFilter(request.DataProcessing?.InputFilter),
  };
};

const transformAll = async (
  hub: Hub,
  request: CreateTransformJob,
  roleArn: string,
  server: ModelServer,
  directory: string,
  signal: AbortSignal,
): Promise<void> => {
  const storage = storageOf(hub.cloud, roleArn, arnOf(hub.cloud, 'transform-job', request.TransformJobName));
  try {
    const settings = await settingsOf(request, server);
    const { S3Uri: uri } = request.TransformInput.DataSource.S3DataSource;
    const prefix = parseS3Uri(uri);
    const objects = await storage.list(prefix).catch(downloadFailed);
    if (objects.length === 0) throw new TransformError(`ClientError: No S3 objects found under S3 URL "${uri}".`);
    for (const [index, { key }] of objects.entries()) {
      signal.throwIfAborted();
      const input = join(directory, `${index}.in`);
      const output = join(directory, `${index}.out`);
      await storage.download({ bucket: prefix.bucket, key }, input, signal).catch(downloadFailed);
      await transformFile(request, settings, server, input, output, signal).catch((error: unknown) => {
        throw atObject(error, `${prefix.bucket}/${key}`);
      });
      await uploadResult(request, storage, output, relativeKey(prefix.key, key));
      await Promise.all([rm(input), rm(output)]);
    }
  } finally {
    storage.close();
  }
};

const downloadFailed = (error: unknown): never => {
  throw new TransformError(`ClientError: Data download failed:${describeS3Error(error)}`);
};

/** Puts the object before what the job's log says of it. */
const atObject = (error: unknown, object: string): unknown => {
  if (error instanceof PayloadError || error instanceof FilterError) {
    return new TransformError(
      'ClientError: See job logs for more information',
      `${object}: ClientError: ${error.message}`,
    );
  }
  return error instanceof TransformError
    ? new TransformError(error.message, `${object}: ${error.details ?? ''}`)
    : error;
};

const uploadResult = async (
  request: CreateTransformJob,
  storage: RoleStorage,
  file: string,
  relative: string,
): Promise<void> => {
  const { S3OutputPath, KmsKeyId, Accept } = request.TransformOutput;
  const target = parseS3Uri(S3OutputPath);
  try {
    const key = joinKey(target.key, `${relative}.out`);
    await storage.uploadFile(
      file,
      { ...target, key },
      { kmsKeyId: KmsKeyId, ...(Accept ? { contentType: Accept } : {}) },
    );
  } catch (error) {
    throw new TransformError(`ClientError: Result upload failed:${describeS3Error(error)}`);
  }
};

/** Sends the batches of one file, several at a time, and writes the results in the order of the input. */
const transformFile = async (
  request: CreateTransformJob,
  settings: Settings,
  server: ModelServer,
  input: string,
  output: string,
  signal: AbortSignal,
): Promise<void> => {
  const assemble = assembler(request);
  const file = createWriteStream(output);
  const underWay: Promise<string>[] = [];
  const writeNext = async () => {
    file.write(await underWay.shift());
  };
  try {
    for await (const batch of batchesOf(input, settings)) {
      signal.throwIfAborted();
      if (underWay.length >= settings.concurrent) await writeNext();
      const result = invoke(request, server, batch).then((body) => assemble(batch, body));
      // Awaited in order: a failure behind another must not count as unhandled meanwhile.
      result.catch(() => {});
      underWay.push(result);
    }
    while (underWay.length > 0) await writeNext();
  } finally {
    file.end();
    await finished(file);
  }
};

const invoke = async (request: CreateTransformJob, server: ModelServer, batch: Batch): Promise<string> => {
  const retries = request.ModelClientConfig?.InvocationsMaxRetries ?? DEFAULT_RETRIES;
  const { ContentType } = request.TransformInput;
  const { Accept } = request.TransformOutput;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await server
      .invoke({
        method: 'POST',
        path: '/invocations',
        headers: { ...(ContentType ? { 'content-type': ContentType } : {}), ...(Accept ? { accept: Accept } : {}) },
        body: batch.payload,
      })
      .catch((error: unknown) => ({ status: 500, body: Buffer.from(String(error)) }));
    if (answer.status >= 200 && answer.status < 300) return answer.body.toString();
    if (answer.status < 500) {
      throw new TransformError(
        'ClientError: See job logs for more information',
        `ClientError: ${answer.status} Message: ${answer.body.toString()}`,
      );
    }
    if (attempt >= retries) {
      throw new TransformError(
        'AlgorithmError: See job logs for more information',
        `Bad HTTP status received from algorithm: ${answer.status} Message: ${answer.body.toString()}`,
      );
    }
  }
};

/** Joins and filters the answer to a batch, and ends it as AssembleWith says. */
const assembler = (request: CreateTransformJob): ((batch: Batch, body: string) => string) => {
  const joins = request.DataProcessing?.JoinSource === 'Input';
  const filter = parseCsvFilter(request.DataProcessing?.OutputFilter);
  const byLine = request.TransformOutput.AssembleWith === 'Line';
  return (batch, body) => {
    if (!joins && !filter) return byLine && body !== '' && !body.endsWith('\n') ? `${body}\n` : body;
    const predictions = body.replace(/\n$/, '').split('\n');
    if (joins && predictions.length !== batch.records.length) {
      throw new TransformError(
        'AlgorithmError: See job logs for more information',
        `the algorithm answered ${predictions.length} lines to ${batch.records.length} records: they cannot be joined`,
      );
    }
    const rows = joins ? batch.records.map((record, i) => `${record},${predictions[i]}`) : predictions;
    return rows.map((row) => `${filter ? filter(splitCsvLine(row)).join(',') : row}\n`).join('');
  };
};
