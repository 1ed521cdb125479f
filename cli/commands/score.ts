import { createWriteStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as stream } from 'node:stream/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { meanText, shareOf } from '#domain/batch/figures';
import { batchItems } from '#domain/batch/layout';
import { batchFolder } from '#domain/runs/reserved-folders';
import { counted } from '#domain/text/numbers';
import { type ScoredBatch, scoredBatchSchema } from '#schemas/events/batch';
import { type BatchRecord, batchRecordSchema } from '#schemas/records/batch';
import { batchTable, listBatches } from '../batches.ts';
import { endWith, exitCodes } from '../exit-codes.ts';
import { CliError, dim, print, printJson, yellow } from '../output.ts';
import { requireRunning } from '../running-pipelines.ts';
import { getState, waitForExecution } from '../runs.ts';
import { putIds, readForm } from '../score-ids.ts';
import type { Target } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { triggerOf, type UploadOptions, uploadDrop } from './drop.ts';
import { withTarget } from './global.ts';

const notStarted =
  'The files are in place, but nothing scored them within a minute. "npx tidegate doctor" may show why, and "npx tidegate faults" shows whether a fault rule drops events.';

interface ScoreOptions {
  readonly name?: string;
  readonly out?: string;
  readonly ids?: boolean;
  readonly watch?: boolean;
}

/**
 * Sends files to be scored and waits until they are.
 *
 * @throws CliError when they cannot be scored
 */
export async function scoreFiles(
  target: Target,
  pipeline: string,
  files: readonly string[],
  { silent = true, ...upload }: UploadOptions & { readonly silent?: boolean } = {},
): Promise<ScoredBatch> {
  const since = Date.now();
  const prefix = await uploadDrop(target, pipeline, files, { ...upload, within: batchFolder });
  const trigger = triggerOf(pipeline, target.stage);
  // each object starts an execution: that of the marker, or of the last object, scores the files
  const named = 'marker' in trigger ? prefix + trigger.marker : prefix;
  const known: string[] = [];
  for (;;) {
    const machine = target.outputs.BatchScoreStateMachineArn;
    const arn = await waitForExecution(target, machine, named, since, { otherwise: notStarted, known });
    known.push(arn);
    const ended = await watchExecution(target.sfn, arn, { silent });
    if (ended.status !== 'SUCCEEDED') throw new CliError(`The files were not scored: ${describeEnd(ended)}`);
    const result = scoredBatchSchema.parse(ended.output);
    if (result.decision === 'scored' || result.cause !== 'later-object') return result;
  }
}

/** The record of a batch. @throws CliError when there is none */
export async function readBatch(target: Target, pipeline: string, batchId: string): Promise<BatchRecord> {
  const record = await getState(target, pipeline, batchItems.one(batchId));
  if (!record) throw new CliError(`Batch ${batchId} of ${pipeline} has no record.`);
  return batchRecordSchema.parse(record);
}

/** Puts the files with scores on this machine: into a folder, or one after another into one file, the header of CSV once. */
export async function downloadScores(
  { s3 }: Pick<Target, 's3'>,
  { bucket, prefix, files = [], format }: BatchRecord,
  out: string,
): Promise<readonly string[]> {
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  if (format === 'parquet' && files.length > 1 && !isFolder) {
    if (existsSync(out)) {
      throw new CliError(`The scores are ${files.length} Parquet files: give --out a folder.`, exitCodes.usage);
    }
    mkdirSync(out, { recursive: true });
    return downloadScores({ s3 }, { bucket, prefix, files, format } as BatchRecord, out);
  }
  const read = async (name: string): Promise<Readable> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
    return Body instanceof Readable ? Body : Readable.from([]);
  };
  if (isFolder) {
    const paths = files.map((name) => join(out, name));
    for (const [i, name] of files.entries()) await stream(await read(name), createWriteStream(paths[i] as string));
    return paths;
  }
  for (const [i, name] of files.entries()) {
    const body = await read(name);
    const content = format === 'csv' && i > 0 ? withoutFirstLine(body) : body;
    await stream(content, createWriteStream(out, { flags: i === 0 ? 'w' : 'a' }));
  }
  return files.length === 0 ? [] : [out];
}

/** The bytes after the first line. The header of a file with scores has no line break of its own. */
async function* withoutFirstLine(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isBelow = false;
  for await (const chunk of body) {
    const end = isBelow ? -1 : chunk.indexOf(0x0a);
    if (isBelow) yield chunk;
    else if (end >= 0) {
      isBelow = true;
      yield chunk.subarray(end + 1);
    }
  }
}

/** What became of the rows of a batch, in sentences. */
export function describeBatch({ model, counts, bucket, prefix }: BatchRecord): string[] {
  if (counts === undefined) return [];
  const { rows, scored, malformed, problems, classes, mean } = counts;
  return [
    `${counted(scored, 'row')} of ${rows.toLocaleString('en-US')} scored by version ${model.modelPackageVersion}`,
    ...classes.map(({ label, rows: own }) => `  ${label}: ${counted(own, 'row')} (${shareOf(own, scored)})`),
    ...(mean === undefined ? [] : [`  mean ${meanText(mean)}`]),
    ...(malformed > 0 ? [yellow(`${counted(malformed, 'malformed row')}, listed in malformed.jsonl:`)] : []),
    ...problems.map(({ column, reason, count }) => `  ${column ?? '(the row)'}: ${reason} (${count})`),
    `scores at s3://${bucket}/${prefix}`,
  ];
}

async function printBatches(target: Target, pipeline: string, json: boolean): Promise<void> {
  const batches = await listBatches(target, pipeline);
  if (json) return printJson(batches);
  if (batches.length === 0) return print(`no batch yet. Score files with "npx tidegate score ${pipeline} <files…>".`);
  print(batchTable(batches));
}

async function scoreAndReport(
  target: Target,
  pipeline: string,
  files: readonly string[],
  { name, out, ids, watch }: ScoreOptions,
  json: boolean,
): Promise<void> {
  if (ids && out === undefined)
    throw new CliError('Name a file for the scores with --out: ids are put in on this machine alone.', exitCodes.usage);
  const silent = json || watch !== true;
  const result = await scoreFiles(target, pipeline, files, { ...(name === undefined ? {} : { folder: name }), silent });
  if (result.decision === 'skipped') {
    endWith('skipped');
    return json ? printJson(result) : print(`not scored: ${result.reason}`);
  }
  const record = await readBatch(target, pipeline, result.batchId);
  const form = ids ? await readForm(target, record) : undefined;
  const written = out === undefined ? [] : await downloadScores(target, record, out);
  if (form) await putIds(form, files, written, record.format);
  if (json) return printJson(out === undefined ? record : { ...record, written });
  for (const line of describeBatch(record)) print(line);
  for (const path of written) print(dim(`written to ${path}`));
}

export function scoreCommand(program: Command): void {
  program
    .command('score')
    .description('score files with the model in service, or list what was scored')
    .argument('<pipeline>')
    .argument('[files...]', 'files as a drop has them, with or without the label; without any: the batches so far')
    .option('--name <folder>', "the files' folder (default: a new one, named by the time)")
    .option('--out <path>', 'write the scores to this file, or into this folder')
    .option('--ids', 'with --out: the ids of your files in the place of their tokens, put in on this machine')
    .option('--watch', 'show each step')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate score loan-default applications.csv --out scores.csv
  $ npx tidegate score loan-default applications.csv --out scores.csv --ids
  $ npx tidegate score loan-default january/*.parquet --watch --stage prod
  $ npx tidegate score loan-default --json`,
    )
    .action(async (pipeline: string, files: string[], options: ScoreOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requireRunning(target, pipeline);
        if (files.length === 0) return printBatches(target, pipeline, json === true);
        await scoreAndReport(target, pipeline, files, options, json === true);
      });
    });
}
