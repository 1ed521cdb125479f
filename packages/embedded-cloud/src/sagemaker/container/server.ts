import { mkdir, rm } from 'node:fs/promises';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { imagePullRefusal, mayReport } from '#src/sagemaker/container/execution-role';
import { type Container, startContainer } from '#src/sagemaker/container/process';
import type { ContainerProgram } from '#src/sagemaker/container/runtime';
import type { Hub } from '#src/sagemaker/hub';
import { arnOf } from '#src/sagemaker/names';
import { describeS3Error, parseS3Uri, type RoleStorage, storageOf } from '#src/sagemaker/storage/s3';
import { unpackFile } from '#src/sagemaker/storage/tar';

/** What is needed to serve one model. */
export interface HostedModel {
  readonly modelName: string;
  readonly image: string;
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly executionRoleArn: string;
}

export interface Invocation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A model that answers requests. */
export interface ModelServer {
  /** Whether the process has ended: the server must be replaced. */
  readonly ended: boolean;
  /** @throws Error when the process has ended or does not answer in time. */
  invoke(invocation: Invocation): Promise<Answer>;
  stop(): Promise<void>;
}

/** Why a model could not be served; the caller puts the name of the variant or the job before the message. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** Whether the model's data could not be loaded, or the container did not start. */
  readonly stage: 'model-data' | 'ping';
  constructor(stage: 'model-data' | 'ping', message: string) {
    super(message);
    this.stage = stage;
  }
}

/** Containers must answer within 60 s (Developer Guide: How containers should respond to inference requests). */
const INVOCATION_TIMEOUT_MS = 60_000;
/** AWS waits 8 minutes for the first ping; a local process is up in seconds or never. */
const STARTUP_TIMEOUT_MS = 60_000;
const PING_INTERVAL_MS = 50;

export interface ServerOptions {
  /** A directory name no other container has. */
  readonly id: string;
  readonly logFile: string;
  /** Below `/aws/sagemaker/`. */
  readonly logGroup: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** @throws StartError when the model cannot be loaded or its container does not start */
export const startServer = async (hub: Hub, model: HostedModel, options: ServerOptions): Promise<ModelServer> => {
  const directory = join(hub.workDirectory, options.id);
  await rm(directory, { recursive: true, force: true });
  const modelDirectory = join(directory, 'model');
  await mkdir(modelDirectory, { recursive: true });
  try {
    pullImage(hub, model, options.logGroup);
    await loadModel(hub, model, directory, modelDirectory);
    const program = await hub.program('algorithm', model.image);
    const environment = { ...model.environment, ...options.environment };
    return await serveProgram({ program, environment, directory, logFile: options.logFile });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
};

const pullImage = (hub: Hub, { executionRoleArn, image }: HostedModel, logGroup: string): void => {
  const refusal = imagePullRefusal(hub.cloud, executionRoleArn, image);
  if (refusal !== undefined) throw new StartError('ping', `the image ${image} could not be pulled: ${refusal}`);
  mayReport(hub.cloud, executionRoleArn, logGroup);
};

const loadModel = async (hub: Hub, model: HostedModel, directory: string, target: string): Promise<void> => {
  if (model.modelDataUrl === undefined) return;
  const archive = join(directory, 'model.tar.gz');
  let storage: RoleStorage | undefined;
  try {
    storage = storageOf(hub.cloud, model.executionRoleArn, arnOf(hub.cloud, 'model', model.modelName));
    await storage.download(parseS3Uri(model.modelDataUrl), archive);
  } catch (error) {
    throw new StartError('model-data', `${model.modelDataUrl}: ${describeS3Error(error)}`);
  } finally {
    storage?.close();
  }
  try {
    await unpackFile(archive, target);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('model-data', `${model.modelDataUrl} is not a tar.gz: ${reason}`);
  }
  await rm(archive);
};

/** A program that serves the model below `model/` of its directory. */
export interface ServedProgram {
  readonly program: ContainerProgram;
  readonly environment: Readonly<Record<string, string>>;
  /** Stands for /opt/ml. It is removed when the server stops. */
  readonly directory: string;
  readonly logFile: string;
}

/** @throws StartError when the program does not start to answer */
export const serveProgram = async ({
  program,
  environment,
  directory,
  logFile,
}: ServedProgram): Promise<ModelServer> => {
  let announce: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => {
    announce = resolve;
  });
  const container = await startContainer({
    program,
    arguments: ['serve'],
    directory,
    environment: { ...environment, SAGEMAKER_BIND_TO_PORT: '0' },
    logFile,
    onLine: (line) => {
      const found = / on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1];
      if (found !== undefined) announce(Number(found));
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const life = { ended: false };
  container.exited.then(() => {
    life.ended = true;
  });
  try {
    const send = connect(await firstOf(container, port), agent);
    await waitForPing(life, send);
    return {
      get ended() {
        return life.ended;
      },
      invoke: (invocation) => (life.ended ? Promise.reject(new Error('the container has ended')) : send(invocation)),
      stop: async () => {
        agent.destroy();
        container.terminate();
        const patience = setTimeout(container.kill, 5000);
        await container.exited;
        clearTimeout(patience);
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    agent.destroy();
    container.kill();
    await container.exited;
    throw error;
  }
};

/** The port, or a StartError when the process ends or takes too long before it has one. */
const firstOf = async (container: Container, port: Promise<number>): Promise<number> => {
  const late = new AbortController();
  const timeout = sleep(STARTUP_TIMEOUT_MS, undefined, { signal: late.signal });
  try {
    const winner = await Promise.race([port, container.exited, timeout.then(() => undefined)]);
    if (typeof winner === 'number') return winner;
  } finally {
    late.abort();
    timeout.catch(() => {});
  }
  throw new StartError('ping', 'the container did not start to listen');
};

const waitForPing = async (life: { readonly ended: boolean }, invoke: ModelServer['invoke']): Promise<void> => {
  const attempts = STARTUP_TIMEOUT_MS / PING_INTERVAL_MS;
  for (let attempt = 0; attempt < attempts && !life.ended; attempt += 1) {
    const answer = await invoke({ method: 'GET', path: '/ping', headers: {} }).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(PING_INTERVAL_MS);
  }
  throw new StartError('ping', 'the container did not answer the ping');
};

const connect =
  (port: number, agent: Agent): ModelServer['invoke'] =>
  (invocation) =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port,
          agent,
          method: invocation.method,
          path: invocation.path,
          headers: { ...invocation.headers, 'content-length': String(invocation.body?.length ?? 0) },
          timeout: INVOCATION_TIMEOUT_MS,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      call.on('timeout', () => call.destroy(new Error(`no answer within ${INVOCATION_TIMEOUT_MS} ms`)));
      call.on('error', reject);
      call.end(invocation.body);
    });
