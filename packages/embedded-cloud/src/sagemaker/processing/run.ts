import { existsSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imagePullRefusal, mayReport } from '#src/sagemaker/container/execution-role';
import { type Container, type Exit, startContainer } from '#src/sagemaker/container/process';
import { failureReason } from '#src/sagemaker/failure';
import { failWhileRunning, failWithoutCapacity, seeLogs } from '#src/sagemaker/faults';
import type { Hub } from '#src/sagemaker/hub';
import { isClosing } from '#src/sagemaker/jobs';
import { arnOf } from '#src/sagemaker/names';
import { changeProcessing, DEFAULT_MAX_RUNTIME_SECONDS, type ProcessingJob } from '#src/sagemaker/processing/job';
import { localPath, localText } from '#src/sagemaker/processing/paths';
import type { CreateProcessingJob } from '#src/sagemaker/processing/request';
import { describeS3Error, joinKey, parseS3Uri, type RoleStorage, storageOf } from '#src/sagemaker/storage/s3';
import { filesBelow } from '#src/sagemaker/storage/tar';
import { DataError, downloadChannel } from '#src/sagemaker/training/channels';

const launcher = fileURLToPath(new URL('launch.py', import.meta.url));
/** A stopped container has 120 s to end by itself. */
const GRACE_MS = 120_000;
/** ExitMessage holds the first KB of /opt/ml/output/message (Developer Guide: Save and access metadata). */
const MAX_MESSAGE_BYTES = 1024;

/** Runs a processing job to its end and records it; never throws. Leaves the record alone when the service closes. */
export const runProcessingJob = async (hub: Hub, name: string, signal: AbortSignal): Promise<void> => {
  const job = hub.store.get<ProcessingJob>('processing-job', name);
  if (!job) return;
  const directory = join(hub.workDirectory, `processing-${name}`);
  let storage: RoleStorage | undefined;
  try {
    storage = storageOf(hub.cloud, job.request.RoleArn, arnOf(hub.cloud, 'processing-job', name));
    await rm(directory, { recursive: true, force: true });
    await run(hub, job.request, directory, storage, signal);
  } catch (error) {
    if (isClosing(signal)) return;
    if (signal.aborted) changeProcessing(hub, name, { status: 'Stopped' });
    else
      changeProcessing(hub, name, {
        status: 'Failed',
        failureReason: failureReason(hub, 'processing job', name, error),
      });
  } finally {
    storage?.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const run = async (
  hub: Hub,
  request: CreateProcessingJob,
  directory: string,
  storage: RoleStorage,
  signal: AbortSignal,
): Promise<void> => {
  const name = request.ProcessingJobName;
  const { ImageUri: image } = request.AppSpecification;
  const refusal = imagePullRefusal(hub.cloud, request.RoleArn, image);
  if (refusal !== undefined) throw new DataError(`ClientError: The image ${image} could not be pulled: ${refusal}`);
  mayReport(hub.cloud, request.RoleArn, 'ProcessingJobs');
  const fault = hub.cloud.faults?.job({ job: 'processing', name, spot: false });
  failWithoutCapacity(fault);
  changeProcessing(hub, name, { started: hub.cloud.clock.now() });
  await prepareFolders(request, directory);
  await download(hub, request, directory, storage, signal);
  signal.throwIfAborted();
  failWhileRunning(fault, seeLogs);
  const container = await start(hub, request, directory);
  const limit = request.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
  const { exit, stopped } = await watch(hub, container, limit * 1000, signal);
  if (isClosing(signal)) return;
  const exitMessage = await readMessage(directory);
  const message = exitMessage === undefined ? {} : { exitMessage };
  if (stopped) return changeProcessing(hub, name, { status: 'Stopped', ...message });
  if (exit.code !== 0) {
    return changeProcessing(hub, name, { status: 'Failed', failureReason: `AlgorithmError: ${seeLogs()}`, ...message });
  }
  await upload(request, directory, storage);
  changeProcessing(hub, name, { status: 'Completed', ...message });
};

/** The folders and files that SageMaker mounts (Developer Guide: How Processing configures input and output). */
const prepareFolders = async (request: CreateProcessingJob, directory: string): Promise<void> => {
  const { ProcessingInputs: inputs = [], ProcessingOutputConfig: outputs } = request;
  const paths = [
    ...inputs.flatMap(({ S3Input }) => S3Input?.LocalPath ?? []),
    ...(outputs?.Outputs ?? []).flatMap(({ S3Output }) => S3Output?.LocalPath ?? []),
  ].map((path) => localPath(path, directory));
  for (const path of [...paths, join(directory, 'config'), join(directory, 'output')])
    await mkdir(path, { recursive: true });
  const { Tags: _, ...config } = request;
  const resources = { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' };
  await writeFile(join(directory, 'config', 'processingjobconfig.json'), JSON.stringify(config));
  await writeFile(join(directory, 'config', 'resourceconfig.json'), JSON.stringify(resources));
};

const download = async (
  hub: Hub,
  request: CreateProcessingJob,
  directory: string,
  storage: RoleStorage,
  signal: AbortSignal,
): Promise<void> => {
  for (const { InputName, S3Input: source } of request.ProcessingInputs ?? []) {
    if (source?.LocalPath === undefined) continue;
    const { S3Uri, S3DataType, S3DataDistributionType = 'FullyReplicated' } = source;
    await downloadChannel(
      storage,
      { ChannelName: InputName, DataSource: { S3DataSource: { S3Uri, S3DataType, S3DataDistributionType } } },
      localPath(source.LocalPath, directory),
      {
        hosts: request.ProcessingResources.ClusterConfig.InstanceCount,
        roleArn: request.RoleArn,
        region: hub.cloud.region,
        signal,
      },
    );
  }
};

const start = async (hub: Hub, request: CreateProcessingJob, directory: string): Promise<Container> => {
  const { ContainerEntrypoint = [], ContainerArguments = [] } = request.AppSpecification;
  const [, ...program] = [...ContainerEntrypoint, ...ContainerArguments].map((text) => localText(text, directory));
  const environment = Object.entries(request.Environment ?? {}).map(([key, value]) => [
    key,
    localText(value, directory),
  ]);
  return startContainer({
    program: await hub.program('python-script', request.AppSpecification.ImageUri),
    arguments: [launcher, ...program],
    directory,
    environment: {
      ...Object.fromEntries(environment),
      ...(request.NetworkConfig?.EnableNetworkIsolation ? {} : credentials(hub, request)),
      AWS_REGION: hub.cloud.region,
    },
    logFile: hub.logFile('processing-jobs', request.ProcessingJobName),
  });
};

/** The program acts as the job's role, as it does on AWS, through the embedded cloud's door. */
const credentials = (
  hub: Hub,
  { RoleArn: roleArn, ProcessingJobName: name }: CreateProcessingJob,
): Record<string, string> => {
  const { endpoint, credentials: keys } = hub.cloud.clientConfig(
    roleArn,
    'SageMaker',
    'sagemaker.amazonaws.com',
    arnOf(hub.cloud, 'processing-job', name),
  );
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
  };
};

/** Waits for the process, or stops it on request or when its time is up. */
const watch = async (
  hub: Hub,
  container: Container,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ exit: Exit; stopped: boolean }> => {
  const done = new AbortController();
  let stopped = false;
  const stop = () => {
    stopped = true;
    container.terminate();
    hub.cloud.clock.sleep(GRACE_MS, done.signal).then(container.kill, () => {});
  };
  const onAbort = () => (isClosing(signal) ? container.kill() : stop());
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  hub.cloud.clock.sleep(limitMs, done.signal).then(stop, () => {});
  const exit = await container.exited;
  signal.removeEventListener('abort', onAbort);
  done.abort();
  return { exit, stopped };
};

const readMessage = async (directory: string): Promise<string | undefined> => {
  const file = join(directory, 'output', 'message');
  if (!existsSync(file)) return undefined;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_MESSAGE_BYTES), 0, MAX_MESSAGE_BYTES, 0);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead), { stream: true });
  } catch {
    throw new DataError('ClientError: /opt/ml/output/message is not UTF-8 encoded.');
  } finally {
    await handle.close();
  }
};

/** Outputs of either upload mode go up at the end: what they hold then is the same. */
const upload = async (request: CreateProcessingJob, directory: string, storage: RoleStorage): Promise<void> => {
  const { Outputs: outputs = [], KmsKeyId: kmsKeyId } = request.ProcessingOutputConfig ?? {};
  try {
    for (const { S3Output: target } of outputs) {
      if (target?.LocalPath === undefined) continue;
      const source = localPath(target.LocalPath, directory);
      const { bucket, key } = parseS3Uri(target.S3Uri);
      for (const file of await filesBelow(source)) {
        await storage.uploadFile(join(source, file), { bucket, key: joinKey(key, file) }, { kmsKeyId });
      }
    }
  } catch (error) {
    throw new DataError(`ClientError: Output upload failed:${describeS3Error(error)}`);
  }
};
