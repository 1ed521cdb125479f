import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ensurePython } from '#cli/python/environment';
import type { Target } from '../cli/target.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Serves a run's model in a container process of its own, without an endpoint.
 *
 * @param directory a folder for the model, which is made
 * @returns its address, and what ends it
 */
export async function startContainer(
  { s3, outputs }: Pick<Target, 's3' | 'outputs'>,
  { pipeline, runId }: { readonly pipeline: string; readonly runId: string },
  directory: string,
): Promise<{ readonly url: string; readonly stop: () => void }> {
  const python = await ensurePython();
  const Bucket = outputs.ArtifactsBucketName;
  const Prefix = `${pipeline}/runs/${runId}/model`;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const Key = Contents.find((object) => object.Key?.endsWith('model.tar.gz'))?.Key;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  mkdirSync(join(directory, 'model'), { recursive: true });
  writeFileSync(join(directory, 'model.tar.gz'), (await Body?.transformToByteArray()) ?? '');
  spawnSync('tar', ['-xzf', join(directory, 'model.tar.gz'), '-C', join(directory, 'model')]);
  const child = spawn(python.python, ['-m', 'tidegate_xgboost', 'serve'], {
    env: {
      ...{ PATH: process.env['PATH'], ...python.env, PYTHONPATH: join(root, 'containers/xgboost') },
      ...{ SAGEMAKER_BASE_DIR: directory, SAGEMAKER_BIND_TO_PORT: '0', TIDEGATE_BIND_ADDRESS: '127.0.0.1' },
      SM_NUM_CPUS: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(/http:\S+/.exec(line.toString())?.[0] ?? ''));
    child.once('close', () => reject(new Error('the container ended before it listened')));
  });
  return { url, stop: () => void child.kill('SIGTERM') };
}
