import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand, ListMapRunsCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { historyAfter } from '../../../cli/execution-history.ts';
import { waitForExecution } from '../../../cli/runs.ts';
import type { Target } from '../../../cli/target.ts';
import { watchExecution } from '../../../cli/watch.ts';
import { testEngine } from '../../fakes/data-run.ts';
import type { UpProject } from '../project.ts';

/** A text of a sink, and where in it. */
export interface SinkText {
  readonly where: string;
  readonly text: string;
}

export const putObject = ({ target }: UpProject, Key: string) =>
  target.s3.send(new PutObjectCommand({ Bucket: target.outputs.RawBucketName, Key, Body: new Uint8Array(0) }));

/** Puts a marker alone and waits for the end of the execution that it starts. */
export async function drop(project: UpProject, key: string) {
  const since = Date.now();
  await putObject(project, key);
  const { target } = project;
  const options = { otherwise: `nothing started for ${key}` };
  const arn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, key, since, options);
  return watchExecution(target.sfn, arn, { silent: true });
}

async function textOf(key: string, bytes: Uint8Array): Promise<string> {
  if (!key.endsWith('.parquet')) return Buffer.from(bytes).toString();
  // Parquet is compressed: its values are read
  const folder = mkdtempSync(join(tmpdir(), 'honey-parquet-'));
  try {
    writeFileSync(join(folder, 'a.parquet'), bytes);
    using engine = await testEngine();
    const rows = await engine.query('read', `SELECT * FROM read_parquet('${join(folder, 'a.parquet')}')`);
    return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What lies below a prefix of a bucket in any version, without the prefix. */
export async function keysBelow({ s3 }: Pick<Target, 's3'>, Bucket: string, Prefix: string): Promise<string[]> {
  const { Versions = [], IsTruncated } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
  if (IsTruncated) throw new Error(`more than a page of objects below ${Prefix}`);
  return Versions.map(({ Key = '' }) => Key.slice(Prefix.length));
}

/** Keys and contents of every object of a bucket. */
export async function bucketTexts({ s3 }: Pick<Target, 's3'>, Bucket: string): Promise<SinkText[]> {
  const texts: SinkText[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      texts.push({ where: Key, text: `${Key}\n${await textOf(Key, bytes)}` });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return texts;
}

async function executionsOf(sfn: Target['sfn'], of: { stateMachineArn: string } | { mapRunArn: string }) {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(new ListExecutionsCommand({ ...of, nextToken, maxResults: 1000 }));
    arns.push(...(page.executions ?? []).map(({ executionArn = '' }) => executionArn));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** The key of the object in an event, which EventBridge gives to the execution as its input. */
const eventKey = /"key\\?":\s*\\?"(?:[^"\\]|\\(?!"))*\\?"/g;

/**
 * Every execution's history. The input of a retrain is the event of S3, with the object's key: the one place beside the raw bucket where
 * names of files and folders are (docs/security.md). It is left out here, and nothing else of the history is.
 */
export async function executionTexts({ sfn }: Pick<Target, 'sfn'>): Promise<SinkText[]> {
  const texts: SinkText[] = [];
  const add = async (arn: string) => {
    const text = JSON.stringify(await historyAfter(sfn, arn, 0));
    const isRetrain = arn.includes('-retrain:') || arn.includes('-recover-run:');
    texts.push({
      where: arn,
      text: isRetrain
        ? text.replaceAll(eventKey, '"key":"left out"').replaceAll(/\\+"key\\+":\\+"[^"\\]*\\+"/g, '')
        : text,
    });
  };
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  for (const { stateMachineArn = '' } of stateMachines) {
    for (const arn of await executionsOf(sfn, { stateMachineArn })) {
      await add(arn);
      const { mapRuns = [] } = await sfn
        .send(new ListMapRunsCommand({ executionArn: arn }))
        .catch(() => ({ mapRuns: [] }));
      for (const { mapRunArn = '' } of mapRuns) {
        for (const child of await executionsOf(sfn, { mapRunArn })) await add(child);
      }
    }
  }
  return texts;
}

/** Folders of the state that hold S3's objects, and the events and inputs with the keys of objects. */
const elsewhere = new Set(['s3', 'events', 'stepfunctions']);

/** Every file of the embedded cloud's state by its folder, without those folders. */
export function stateFiles(stateDir: string): Record<string, SinkText[]> {
  const sinks: Record<string, SinkText[]> = {};
  for (const path of readdirSync(stateDir, { recursive: true, encoding: 'utf8' })) {
    const file = join(stateDir, path);
    const [folder = ''] = relative(stateDir, file).split(sep);
    if (elsewhere.has(folder) || !statSync(file).isFile()) continue;
    const sink = `state: ${folder}`;
    sinks[sink] = [...(sinks[sink] ?? []), { where: path, text: readFileSync(file, 'latin1') }];
  }
  return sinks;
}
