import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { answersAs, explainStateFailure, lockHolder, stillRuns } from 'embedded-cloud/process';
import * as z from 'zod';
import { stateDirectory } from './project.ts';

/** The file that the daemon writes when the embedded cloud is up. */
export const cloudFileSchema = z.object({
  /** A random id of this start of the cloud. Its endpoint returns it. */
  instance: z.string().min(1),
  /** Identifies its process. */
  process: z.object({ pid: z.number(), startedAt: z.string().optional(), bootId: z.string().optional() }),
  endpoint: z.url(),
  region: z.string(),
  accountId: z.string(),
  stage: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  outputs: z.record(z.string(), z.string()),
  startedAt: z.string(),
  /** Hashes of the sources that it runs: all of them together, and each pipeline's. */
  sources: z.object({ hash: z.string(), pipelines: z.record(z.string(), z.string()) }).optional(),
});
export type CloudFile = z.output<typeof cloudFileSchema>;

/** What a daemon leaves that had to stop. */
const endSchema = z.object({ ended: z.string(), at: z.string() });

export const cloudFile = (): string => join(stateDirectory(), 'cloud.json');

function readParsed(): unknown {
  try {
    return JSON.parse(readFileSync(cloudFile(), 'utf8'));
  } catch {
    return undefined;
  }
}

/** The file of the last daemon, running or not; undefined when there is none, it is damaged or has another version. */
export const readCloudFile = (): CloudFile | undefined => cloudFileSchema.safeParse(readParsed()).data;

/** Why and when the last daemon stopped by itself; undefined when it did not. */
export const readEnd = (): { readonly ended: string; readonly at: string } | undefined =>
  endSchema.safeParse(readParsed()).data;

/** Replaces the file in one step. */
export function writeCloudFile(record: CloudFile): void {
  const partial = `${cloudFile()}.${process.pid}`;
  try {
    writeFileSync(partial, JSON.stringify(record, null, 2), { mode: 0o600 });
    renameSync(partial, cloudFile());
  } catch (cause) {
    rmSync(partial, { force: true });
    const { code } = cause as { readonly code?: string };
    throw explainStateFailure(Object.assign(new Error('cannot be replaced'), { code }), cloudFile()) ?? cause;
  }
}

/** Leaves the reason of an end in place of the daemon's record. It is written over the old bytes: a full disk has room for it. */
export function writeEnd(reason: string): void {
  try {
    const text = JSON.stringify({ ended: reason, at: new Date().toISOString() });
    const file = openSync(cloudFile(), 'r+');
    try {
      const written = writeSync(file, text, 0);
      ftruncateSync(file, written);
    } finally {
      closeSync(file);
    }
  } catch {
    // Nobody can be told then; the commands find no cloud.
  }
}

/**
 * The running embedded cloud, or undefined. It is identified by the id that its endpoint returns or, if the endpoint does not
 * respond, by its process. A reused process id, or another server on its port, does not match.
 */
export async function readCloud(): Promise<CloudFile | undefined> {
  const cloud = readCloudFile();
  if (cloud === undefined) return undefined;
  return (await answersAs(cloud.endpoint, cloud.instance)) || stillRuns(cloud.process) ? cloud : undefined;
}

/** The process that runs on the state folder, whatever its `cloud.json` says. */
export const cloudProcess = (): ReturnType<typeof lockHolder> => lockHolder(stateDirectory());

/** Removes the file. What cannot be removed, on a read-only disk for one, does no harm: it names no cloud that runs. */
export function removeCloudFile(): void {
  try {
    rmSync(cloudFile(), { force: true });
  } catch {
    // as said
  }
}
