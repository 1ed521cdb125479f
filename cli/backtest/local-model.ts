import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { type ContainerRuntime, repositoryOf, StartError, serveArchive } from 'embedded-cloud/sagemaker';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { PythonUnavailableError } from '../python/environment.ts';
import { containerRuntimes } from '../python/xgboost-runtime.ts';
import type { Target } from '../target.ts';

/** A model that answers on this machine. */
export interface LocalModel {
  /** @param csv model inputs, a row a line. @returns the answer's text @throws Error when the model refuses the rows */
  score(csv: string): Promise<string>;
  stop(): Promise<void>;
}

/** Why a model's scores cannot be had. */
export interface Unscored {
  readonly unscored: string;
}

async function download({ s3 }: Pick<Target, 's3'>, uri: string, file: string): Promise<void> {
  const { host: Bucket, pathname } = new URL(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: decodeURIComponent(pathname.slice(1)) }));
  await pipeline(Body as Readable, createWriteStream(file));
}

/**
 * Serves a registered model by the program of its container on this machine. No endpoint is asked: it would capture the rows.
 *
 * @param packageArn undefined for a run that registered no model
 * @param directory an empty folder, for the model's files
 * @returns why not, when that is no model of this machine's container, or there is no Python to run it
 */
export async function serveModel(
  target: Pick<Target, 's3' | 'sageMaker'>,
  packageArn: string | undefined,
  { input, output }: ModelFormat,
  { directory, onProgress }: { readonly directory: string; readonly onProgress: (message: string) => void },
  runtimes: readonly ContainerRuntime[] = containerRuntimes,
): Promise<LocalModel | Unscored> {
  if (packageArn === undefined) return { unscored: 'the run registered no model' };
  const found = await target.sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn }));
  const container = found.InferenceSpecification?.Containers?.[0];
  const [image = '', uri] = [container?.Image, container?.ModelDataUrl];
  const runtime = runtimes.find(
    ({ runs, repositories }) => runs === 'algorithm' && repositories.includes(repositoryOf(image)),
  );
  if (runtime === undefined || uri === undefined) {
    return { unscored: `this machine cannot run the image ${repositoryOf(image)}` };
  }
  const archive = join(directory, 'model.tar.gz');
  try {
    const program = await runtime.prepare(onProgress);
    await download(target, uri, archive);
    const server = await serveArchive({
      archive,
      program,
      environment: container?.Environment ?? {},
      directory: join(directory, 'container'),
      logFile: join(directory, 'container.log'),
    });
    return {
      stop: () => server.stop(),
      async score(csv) {
        const headers = { 'content-type': input.contentType, accept: output.contentType };
        const answer = await server.invoke({ method: 'POST', path: '/invocations', headers, body: Buffer.from(csv) });
        if (answer.status === 200) return answer.body.toString();
        throw new Error(`the model answered with status ${answer.status}`);
      },
    };
  } catch (error) {
    if (error instanceof PythonUnavailableError || error instanceof StartError) return { unscored: error.message };
    throw error;
  }
}
