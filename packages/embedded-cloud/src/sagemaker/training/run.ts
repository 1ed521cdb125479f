import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imagePullRefusal, mayReport } from '#src/sagemaker/container/execution-role';
import type { Container, Exit } from '#src/sagemaker/container/process';
import { startContainer } from '#src/sagemaker/container/process';
import { failureReason, MAX_REASON } from '#src/sagemaker/failure';
import { failWhileRunning, failWithoutCapacity, withExitCode } from '#src/sagemaker/faults';
import type { Hub } from '#src/sagemaker/hub';
import { isClosing } from '#src/sagemaker/jobs';
import { arnOf } from '#src/sagemaker/names';
import {
  describeS3Error,
  joinKey,
  parseS3Uri,
  type RoleStorage,
  storageOf,
  type UploadOptions,
} from '#src/sagemaker/storage/s3';
import { filesBelow, packDirectory } from '#src/sagemaker/storage/tar';
import { channelDirectory, DataError, downloadChannel } from '#src/sagemaker/training/channels';
import { type Checkpoints, openCheckpoints } from '#src/sagemaker/training/checkpoints';
import { modelArtifactUri, type TrainingJob, transition } from '#src/sagemaker/training/job';
import { type MetricListener, MetricReader } from '#src/sagemaker/training/metrics';
import type { CreateTrainingJob } from '#src/sagemaker/training/request';

const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;
/** SageMaker gives a stopped container 120 s to save its model (API reference: StoppingCondition). */
const GRACE_MS = 120_000;

type End = 'exited' | 'asked' | 'timeout' | 'interrupted';

/** Runs a training job to its end and records it; never throws. Leaves the record alone when the service closes. */
export const runTrainingJob = async (
  hub: Hub,
  name: string,
  signal: AbortSignal,
  onMetric?: MetricListener,
): Promise<void> => {
  const job = hub.store.get<TrainingJob>('training-job', name);
  if (!job) return;
  const directory = join(hub.workDirectory, `training-${name}`);
  let storage: RoleStorage | undefined;
  try {
    storage = storageOf(hub.cloud, job.request.RoleArn, arnOf(hub.cloud, 'training-job', name));
    await rm(directory, { recursive: true, force: true });
    await train(hub, job.request, directory, storage, signal, onMetric);
  } catch (error) {
    if (isClosing(signal)) return;
    if (signal.aborted) transition(hub, name, 'Stopped');
    else transition(hub, name, 'Failed', { failureReason: failureReason(hub, 'training job', name, error) });
  } finally {
    storage?.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const train = async (
  hub: Hub,
  request: CreateTrainingJob,
  directory: string,
  storage: RoleStorage,
  signal: AbortSignal,
  onMetric: MetricListener | undefined,
): Promise<void> => {
  const name = request.TrainingJobName;
  const { TrainingImage: image } = request.AlgorithmSpecification;
  const refusal = image && imagePullRefusal(hub.cloud, request.RoleArn, image);
  if (refusal) throw new DataError(`ClientError: The image ${image} could not be pulled: ${refusal}`);
  mayReport(hub.cloud, request.RoleArn, 'TrainingJobs');
  const spot = request.EnableManagedSpotTraining === true;
  const fault = hub.cloud.faults?.job({ job: 'training', name, spot });
  failWithoutCapacity(fault);
  transition(hub, name, 'Downloading', { started: hub.cloud.clock.now() });
  for (const channel of request.InputDataConfig ?? []) {
    await downloadChannel(storage, channel, channelDirectory(directory, channel.ChannelName), {
      hosts: request.ResourceConfig.InstanceCount ?? 1,
      roleArn: request.RoleArn,
      region: hub.cloud.region,
      signal,
    });
  }
  const checkpoints = await openCheckpoints(storage, request, directory, signal);
  await writeConfiguration(request, directory, checkpoints);

  transition(hub, name, 'Training');
  failWhileRunning(fault, withExitCode);
  const metrics = new MetricReader(request.AlgorithmSpecification.MetricDefinitions, onMetric);
  const container = await startContainer({
    program: await hub.program('algorithm', image ?? ''),
    arguments: ['train'],
    directory,
    environment: { ...request.Environment, ...trainingEnvironment(hub, request, directory) },
    logFile: hub.logFile('training-jobs', name),
    onLine: (line) => metrics.read(line, hub.cloud.clock.now()),
  });
  const limit = request.StoppingCondition.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
  const interruption = fault?.kind === 'interruption' ? fault.ms : undefined;
  const { end, exit } = await watch(hub, container, limit * 1000, signal, interruption);
  if (isClosing(signal)) return;
  // SageMaker uploads while the container runs; what it had written by the end is there either way.
  await checkpoints?.upload();
  if (end === 'interrupted') {
    if (!awaitsNewInstances(hub, request)) return;
    await rm(directory, { recursive: true, force: true });
    return train(hub, request, directory, storage, signal, onMetric);
  }
  if (end === 'exited' && exit.code !== 0) {
    return transition(hub, name, 'Failed', {
      failureReason: await algorithmError(directory, exit),
      metrics: metrics.final,
    });
  }
  if (end === 'exited') transition(hub, name, 'Uploading');
  await upload(request, directory, storage, end);
  const last = { exited: 'Completed', asked: 'Stopped', timeout: 'MaxRuntimeExceeded' } as const;
  transition(hub, name, last[end], { metrics: metrics.final });
};

/** Moves a job whose spot instances were taken to its next start, or ends it when it has waited long enough. */
const awaitsNewInstances = (
  hub: Hub,
  { TrainingJobName: name, StoppingCondition: limits }: CreateTrainingJob,
): boolean => {
  transition(hub, name, 'Interrupted');
  const waited = hub.cloud.clock.now() - (hub.store.get<TrainingJob>('training-job', name)?.created ?? 0);
  const goesOn = waited <= (limits.MaxWaitTimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS) * 1000;
  transition(hub, name, goesOn ? 'Starting' : 'MaxWaitTimeExceeded');
  return goesOn;
};

/** Waits for the process, or stops it on request, when its time is up or when its instances are taken. */
const watch = async (
  hub: Hub,
  container: Container,
  limitMs: number,
  signal: AbortSignal,
  interruptMs: number | undefined,
): Promise<{ end: End; exit: Exit }> => {
  const done = new AbortController();
  let end: End = 'exited';
  const stop = (reason: End) => {
    // What stopped it first is why it ended.
    if (end !== 'exited') return;
    end = reason;
    container.terminate();
    hub.cloud.clock.sleep(GRACE_MS, done.signal).then(container.kill, () => {});
  };
  const onAbort = () => (isClosing(signal) ? container.kill() : stop('asked'));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  hub.cloud.clock.sleep(limitMs, done.signal).then(
    () => stop('timeout'),
    () => {},
  );
  if (interruptMs !== undefined) {
    hub.cloud.clock.sleep(interruptMs, done.signal).then(
      () => stop('interrupted'),
      () => {},
    );
  }
  const exit = await container.exited;
  signal.removeEventListener('abort', onAbort);
  done.abort();
  return { end, exit };
};

const algorithmError = async (directory: string, exit: Exit): Promise<string> => {
  const file = join(directory, 'output', 'failure');
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  const code = exit.code === null ? `signal: ${exit.signal ?? 'unknown'}` : `exit code: ${exit.code}`;
  return `AlgorithmError: ${text.slice(0, MAX_REASON - 50)}, ${code}`;
};

const upload = async (request: CreateTrainingJob, directory: string, storage: RoleStorage, end: End): Promise<void> => {
  const options: UploadOptions = { kmsKeyId: request.OutputDataConfig.KmsKeyId };
  const modelDirectory = join(directory, 'model');
  const outputDirectory = join(directory, 'output', 'data');
  try {
    const model = await filesBelow(modelDirectory);
    // A job that was stopped has an artifact only when its algorithm saved one.
    if (model.length > 0 || end === 'exited') await uploadModel(request, modelDirectory, model, storage, options);
    if ((await filesBelow(outputDirectory)).length > 0) {
      const target = parseS3Uri(
        modelArtifactUri({ ...request, OutputDataConfig: { ...request.OutputDataConfig, CompressionType: 'GZIP' } }),
      );
      const archive = join(directory, 'output.tar.gz');
      await packDirectory(outputDirectory, archive);
      await storage.uploadFile(
        archive,
        { ...target, key: target.key.replace(/model\.tar\.gz$/, 'output.tar.gz') },
        options,
      );
    }
  } catch (error) {
    throw new DataError(`ClientError: Artifact upload failed:${describeS3Error(error)}`);
  }
};

const uploadModel = async (
  request: CreateTrainingJob,
  directory: string,
  files: readonly string[],
  storage: RoleStorage,
  options: UploadOptions,
): Promise<void> => {
  const target = parseS3Uri(modelArtifactUri(request));
  if (request.OutputDataConfig.CompressionType === 'NONE') {
    for (const file of files) {
      await storage.uploadFile(join(directory, file), { ...target, key: joinKey(target.key, file) }, options);
    }
    return;
  }
  const archive = `${directory}.tar.gz`;
  await packDirectory(directory, archive);
  await storage.uploadFile(archive, target, { ...options, contentType: 'application/x-gzip' });
};

/**
 * The files and folders of the container contract (SageMaker Developer Guide, "How Amazon SageMaker AI provides training
 * information").
 */
const writeConfiguration = async (
  request: CreateTrainingJob,
  directory: string,
  checkpoints: Checkpoints | undefined,
): Promise<void> => {
  const config = join(directory, 'input', 'config');
  await mkdir(config, { recursive: true });
  await mkdir(join(directory, 'model'), { recursive: true });
  await mkdir(join(directory, 'output', 'data'), { recursive: true });
  const channels = (request.InputDataConfig ?? []).map((channel) => [
    channel.ChannelName,
    {
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
      TrainingInputMode: channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode,
      S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
      RecordWrapperType: channel.RecordWrapperType ?? 'None',
    },
  ]);
  const files = {
    hyperparameters: request.HyperParameters ?? {},
    inputdataconfig: Object.fromEntries(channels),
    ...(checkpoints && {
      checkpointconfig: { S3Uri: request.CheckpointConfig?.S3Uri, LocalPath: checkpoints.directory },
    }),
    resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(config, `${name}.json`), JSON.stringify(content));
  }
};

const trainingEnvironment = (hub: Hub, request: CreateTrainingJob, directory: string): Record<string, string> => {
  const channels = (request.InputDataConfig ?? []).map((channel) => channel.ChannelName);
  return {
    TRAINING_JOB_NAME: request.TrainingJobName,
    TRAINING_JOB_ARN: arnOf(hub.cloud, 'training-job', request.TrainingJobName),
    AWS_REGION: hub.cloud.region,
    SAGEMAKER_REGION: hub.cloud.region,
    SM_MODEL_DIR: join(directory, 'model'),
    SM_INPUT_DIR: join(directory, 'input'),
    SM_INPUT_CONFIG_DIR: join(directory, 'input', 'config'),
    SM_OUTPUT_DIR: join(directory, 'output'),
    SM_OUTPUT_DATA_DIR: join(directory, 'output', 'data'),
    SM_CHANNELS: JSON.stringify(channels),
    SM_HPS: JSON.stringify(request.HyperParameters ?? {}),
    SM_HOSTS: '["algo-1"]',
    SM_CURRENT_HOST: 'algo-1',
    SM_NUM_GPUS: '0',
    ...Object.fromEntries(
      channels.map((name) => [`SM_CHANNEL_${name.toUpperCase()}`, channelDirectory(directory, name)]),
    ),
  };
};
