import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeS3Error,
  joinKey,
  parseS3Uri,
  type RoleStorage,
  relativeKey,
  safeJoin,
} from '#src/sagemaker/storage/s3';
import { filesBelow } from '#src/sagemaker/storage/tar';
import { DataError } from '#src/sagemaker/training/channels';
import type { CreateTrainingJob } from '#src/sagemaker/training/request';

/** The default of `LocalPath`, and the root that a container sees the job's own directory at (API reference: CheckpointConfig). */
const root = '/opt/ml';
const defaultPath = `${root}/checkpoints`;

/** Files of the agent and of the toolkit, which stay on the instance (aws/sagemaker-xgboost-container, `checkpointing.py`). */
const isLocal = (name: string): boolean => /\.sagemaker-(ignore|uploading|uploaded)$/.test(name);

/** The checkpoints of a job: in S3 for longer than its instances, and in a folder of the container. */
export interface Checkpoints {
  /** The folder, as the container finds it. */
  readonly directory: string;
  /** Uploads what the container wrote since the last call. */
  readonly upload: () => Promise<void>;
}

/**
 * Downloads a job's checkpoints before its container starts; undefined for a job without any. An empty prefix is no fault: the first
 * start of a job has none (Developer Guide, "Checkpoints in Amazon SageMaker AI").
 *
 * @throws DataError when the role may not read them
 */
export const openCheckpoints = async (
  storage: RoleStorage,
  { CheckpointConfig: config }: CreateTrainingJob,
  base: string,
  signal: AbortSignal,
): Promise<Checkpoints | undefined> => {
  if (config === undefined) return undefined;
  const { bucket, key: prefix } = parseS3Uri(config.S3Uri);
  const path = config.LocalPath ?? defaultPath;
  const directory = safeJoin(base, path.startsWith(`${root}/`) ? path.slice(root.length) : path);
  const known = new Map<string, number>();
  const changedAt = async (name: string) => (await stat(join(directory, name))).mtimeMs;
  try {
    await mkdir(directory, { recursive: true });
    for (const { key } of await storage.list({ bucket, key: prefix })) {
      await storage.download({ bucket, key }, safeJoin(directory, relativeKey(prefix, key)), signal);
    }
    for (const name of await filesBelow(directory)) known.set(name, await changedAt(name));
  } catch (error) {
    signal.throwIfAborted();
    throw new DataError(`ClientError: Checkpoint download failed:${describeS3Error(error)}`);
  }
  return {
    directory,
    upload: async () => {
      try {
        for (const name of (await filesBelow(directory)).filter((own) => !isLocal(own))) {
          const at = await changedAt(name);
          if (known.get(name) === at) continue;
          await storage.uploadFile(join(directory, name), { bucket, key: joinKey(prefix, name) });
          known.set(name, at);
        }
      } catch (error) {
        throw new DataError(`ClientError: Checkpoint upload failed:${describeS3Error(error)}`);
      }
    },
  };
};
