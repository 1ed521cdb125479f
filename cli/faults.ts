import { resolve } from 'node:path';
import { FAULTS_PREFIX, type FaultStatus, faultsAuthorization, parseFaultFile } from 'embedded-cloud/faults';
import { readText } from './arguments.ts';
import type { CloudFile } from './cloud-file.ts';
import { CliError } from './output.ts';
import { slackApi } from './slack-page/faults.ts';

/** A valid fault file. */
export interface ReadFaultFile {
  /** The path as the user typed it. */
  readonly file: string;
  /** Absolute path. */
  readonly path: string;
  readonly text: string;
}

/** @throws CliError when it cannot be read, FaultFileError when it is invalid */
export async function readFaultFile(file: string): Promise<ReadFaultFile> {
  const text = readText(file);
  await parseFaultFile(text, file, [slackApi]);
  return { file, path: resolve(file), text };
}

async function ask(
  cloud: CloudFile,
  method: 'GET' | 'PUT' | 'DELETE',
  given?: ReadFaultFile,
): Promise<FaultStatus | undefined> {
  const query = given === undefined ? '' : `?${new URLSearchParams({ name: given.file })}`;
  const response = await fetch(`${cloud.endpoint}${FAULTS_PREFIX}${query}`, {
    method,
    headers: { authorization: faultsAuthorization(cloud.secretAccessKey) },
    ...(given !== undefined && { body: given.text }),
  });
  const answer = (await response.json()) as { faults?: FaultStatus | null; error?: string };
  if (!response.ok) throw new CliError(`The embedded cloud refused: ${answer.error ?? response.status}`);
  return answer.faults ?? undefined;
}

/** The active rules of a running cloud with their counts; undefined when there are none. */
export const readFaults = (cloud: CloudFile): Promise<FaultStatus | undefined> => ask(cloud, 'GET');

/** Activates the rules of a file, replacing the current ones. */
export const setFaults = (cloud: CloudFile, given: ReadFaultFile): Promise<FaultStatus | undefined> =>
  ask(cloud, 'PUT', given);

export const clearFaults = (cloud: CloudFile): Promise<FaultStatus | undefined> => ask(cloud, 'DELETE');
