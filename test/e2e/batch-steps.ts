import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeTransformJobCommand } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import { batchItems } from '#domain/batch/layout';
import { transformJobName } from '#domain/naming';
import { batchFolder } from '#domain/runs/reserved-folders';
import { writeLoanBook } from '#examples/loans/generate';
import { openEngine } from '#functions/shards/duckdb';
import { scoredBatchSchema } from '#schemas/events/batch';
import { type BatchRecord, batchRecordSchema } from '#schemas/records/batch';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { downloadScores, readBatch, scoreFiles } from '../../cli/commands/score.ts';
import { listItems } from '../../cli/model-versions.ts';
import { waitForExecution } from '../../cli/runs.ts';
import { putIds, readForm } from '../../cli/score-ids.ts';
import { watchExecution } from '../../cli/watch.ts';
import type { Meddling } from './meddling.ts';
import type { UpProject } from './project.ts';

/** A project with a model in service, and what a test does in the middle. */
interface Served {
  readonly project: UpProject;
  readonly meddling: Meddling;
  readonly pipeline: string;
  readonly folder: string;
  slackSays(...words: string[]): Promise<boolean>;
}

const formats = ['csv', 'jsonl', 'parquet'] as const;

/** The rows of a new loan book, in a file of each format, the label left out of JSON lines and Parquet. */
async function writeRows(folder: string) {
  const [book = ''] = (await writeLoanBook(join(folder, 'to-score'), 300, { seed: 9 }, 1)).files;
  const [header = '', ...lines] = readFileSync(book, 'utf8').trimEnd().split('\n');
  const paths = Object.fromEntries(formats.map((format) => [format, join(folder, `rows.${format}`)]));
  const engine = await openEngine({ memoryMb: 512 });
  try {
    const rows = `read_csv('${book}', header = true, all_varchar = true)`;
    for (const format of ['jsonl', 'parquet'] as const) {
      const options = format === 'jsonl' ? '(FORMAT json)' : '(FORMAT parquet)';
      await engine.query(
        'write',
        `COPY (SELECT * EXCLUDE ("default", full_name) FROM ${rows}) TO '${paths[format]}' ${options}`,
      );
    }
    // a row that cannot be scored, in the middle
    const broken = lines.toSpliced(100, 0, lines[0]?.replace(/[^,]*,[^,]*$/, 'no number,0') ?? '');
    writeFileSync(paths['csv'] as string, `${[header, ...broken].join('\n')}\n`);
    const raw = await engine.query('read', `SELECT * FROM ${rows}`);
    return { paths, raw, header, lines };
  } finally {
    engine.close();
  }
}

/** The answers in a file with scores, in the order of the rows. */
async function readScores(path: string, format: string) {
  const engine = await openEngine({ memoryMb: 512 });
  const read = { csv: 'read_csv', jsonl: 'read_json', parquet: 'read_parquet' }[format];
  try {
    return await engine.query(
      'read',
      `SELECT CAST(label AS VARCHAR) AS label, score, positive, CAST(line AS INTEGER) AS line, id FROM ${read}('${path}')`,
    );
  } finally {
    engine.close();
  }
}

/** Steps of a test whose pipeline has a model in service. @param served it is known once the steps run */
export function batchSteps(served: () => Served): void {
  const records = async (): Promise<BatchRecord[]> => {
    const { project, pipeline } = served();
    const items = await listItems(project.target, project.target.outputs.StateTableName, pipeline, batchItems.all);
    return items.map((item) => batchRecordSchema.parse(item));
  };
  /** The executions of a batch that have ended. */
  const executionsOf = async (named: string) => {
    const { sfn, outputs } = served().project.target;
    const stateMachineArn = outputs.BatchScoreStateMachineArn;
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 50 }));
    const all = await Promise.all(
      executions.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
    );
    return all.filter(({ input = '' }) => input.includes(named));
  };
  let rows: Awaited<ReturnType<typeof writeRows>>;

  it.each(formats)('scores rows of %s as predict does', async (format) => {
    const { project, meddling, pipeline, folder, slackSays } = served();
    const { target } = project;
    rows ??= await writeRows(folder);
    // the answer to the creation of a job is lost: the job is waited for
    const lost = { left: format === 'jsonl' ? 1 : 0 };
    meddling.set(({ role, operation }) =>
      role === 'BatchScoreMachineRole' && operation === 'CreateTransformJob' && lost.left-- > 0
        ? { kind: 'reset', after: true }
        : undefined,
    );
    const result = await scoreFiles(target, pipeline, [rows.paths[format] as string], { folder: `rows-${format}` });
    meddling.set(undefined);

    if (result.decision !== 'scored') throw new Error(JSON.stringify(result));
    const record = await readBatch(target, pipeline, result.batchId);
    const malformed = format === 'csv' ? 1 : 0;
    expect(record).toMatchObject({
      status: 'scored',
      format,
      counts: { rows: 300 + malformed, scored: 300, malformed },
    });
    const [path = ''] = await downloadScores(target, record, join(folder, `scores.${format}`));
    const scored = await readScores(path, format);
    const { predictions } = await predictRows(target, pipeline, rows.raw);
    expect(scored.map(({ label, score, positive }) => ({ label, score, positive }))).toEqual(
      predictions.map((own) => ('score' in own ? { label: own.label, score: own.score, positive: own.positive } : own)),
    );
    const first = format === 'csv' ? 2 : 1;
    expect(scored.map(({ line }) => line)).toEqual(
      Array.from({ length: 300 }, (_, i) => first + i + (malformed === 1 && i >= 100 ? 1 : 0)),
    );
    expect(scored.every(({ id }) => /^tok_/.test(String(id)))).toBe(true);
    expect(await slackSays(pipeline, '300 rows scored')).toBe(true);
    // the sender's own ids, put in on the sender's machine
    await putIds(await readForm(target, record), [rows.paths[format] as string], [path], record.format);
    const own = await readScores(path, format);
    expect(own.map(({ id, score }) => [id, score])).toEqual(
      scored.map(({ score }, i) => [rows.raw[i]?.['loan_id'], score]),
    );
  });

  it('scores a batch once, however often its marker is written', async () => {
    const { project, pipeline } = served();
    const { s3, outputs } = project.target;
    const before = (await records()).length;
    const prefix = await uploadDrop(project.target, pipeline, [rows.paths['jsonl'] as string], {
      folder: 'twice',
      within: batchFolder,
    });
    const Key = `${prefix}_SUCCESS`;
    await s3.send(new PutObjectCommand({ Bucket: outputs.RawBucketName, Key, Body: '' }));
    const ended = async () => (await executionsOf(Key)).filter(({ status }) => status === 'SUCCEEDED');
    await expect.poll(async () => (await ended()).length, { timeout: 60_000, interval: 500 }).toBe(2);

    const results = (await ended()).map(({ output = '' }) => scoredBatchSchema.parse(JSON.parse(output)));
    expect(results.map(({ decision }) => decision).toSorted()).toEqual(['scored', 'skipped']);
    expect(new Set(results.map(({ batchId }) => batchId)).size).toBe(1);
    expect((await records()).length).toBe(before + 1);
  });

  it.each([
    ['prepares', 'PrepareDataMachineRole', 'Invoke', undefined],
    ['scores', 'BatchScoreMachineRole', 'CreateTransformJob', 'ServingRole'],
  ])('is stopped while it %s rows, and scores them when they come again', async (what, role, operation, held) => {
    const { project, meddling, pipeline } = served();
    const { sfn, sageMaker, outputs } = project.target;
    const since = Date.now();
    const folder = `stopped-${what}`;
    let executionArn = '';
    const stop = async () => {
      await sleep(600);
      await sfn.send(new StopExecutionCommand({ executionArn, cause: 'a test' }));
    };
    const stopped = meddling.once(role, operation, stop, held === undefined ? { waitMs: 1500 } : { held });
    const prefix = await uploadDrop(project.target, pipeline, [rows.paths['jsonl'] as string], {
      folder,
      within: batchFolder,
    });
    const marker = `${prefix}_SUCCESS`;
    executionArn = await waitForExecution(project.target, outputs.BatchScoreStateMachineArn, marker, since, {
      otherwise: 'no batch',
    });
    await stopped;
    expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({ status: 'ABORTED' });
    const record = (await records()).find((own) => own.executionArn === executionArn);
    if (held !== undefined) {
      const TransformJobName = transformJobName('local', { pipeline, runId: record?.batchId ?? '' }, 'batch');
      const status = async () =>
        (await sageMaker.send(new DescribeTransformJobCommand({ TransformJobName }))).TransformJobStatus;
      await expect.poll(status, { timeout: 20_000 }).toBe('Stopped');
    }

    const ending = async () => (await records()).find((own) => own.executionArn === executionArn);
    await expect
      .poll(ending, { timeout: 20_000 })
      .toMatchObject({ status: 'failed', failure: { error: 'ExecutionABORTED' } });

    // an execution is found by its folder and its time, to the second
    await sleep(1500);
    const again = await scoreFiles(project.target, pipeline, [rows.paths['jsonl'] as string], {
      folder,
      replace: true,
    });
    expect(again).toMatchObject({ decision: 'scored' });
  });

  it('says why files cannot be scored, and keeps none of their rows outside of the raw bucket', async () => {
    const { project, pipeline, folder, slackSays } = served();
    const { s3, outputs } = project.target;
    const path = join(folder, 'broken.csv');
    const broken = rows.lines.slice(0, 50).map((line) => line.replace(/[^,]*,[^,]*$/, 'no number,0'));
    writeFileSync(path, `${[rows.header, ...broken].join('\n')}\n`);

    await expect(scoreFiles(project.target, pipeline, [path], { folder: 'broken' })).rejects.toThrow(/not scored/);

    const failed = (await records()).find(({ failure }) => failure?.error === 'MalformedDataError');
    expect(failed).toMatchObject({ status: 'failed' });
    expect(await slackSays(pipeline, 'a batch was not scored')).toBe(true);
    const { KeyCount } = await s3.send(
      new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${pipeline}/runs/${failed?.batchId}/` }),
    );
    expect(KeyCount).toBe(0);
  });
}
