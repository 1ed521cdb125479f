import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { batchPrefix } from '#domain/batch/layout';
import { listBatches } from '../../cli/batches.ts';
import { downloadScores } from '../../cli/commands/score.ts';
import { fingerprint, holdings, repeated, unfinished } from './evidence.ts';
import type { CallSite } from './fault-board.ts';
import type { Outcome } from './retrain-case.ts';
import { tinyDrop } from './tiny-pipeline.ts';
import type { Trial } from './trials.ts';
import type { Ended, World } from './world.ts';

const rows = 60;
let seed = 1000;

const put = ({ project }: World, Key: string, text: string) =>
  project.target.s3.send(
    new PutObjectCommand({ Bucket: project.target.outputs.RawBucketName, Key, Body: Buffer.from(text) }),
  );

/** Puts files to score in their place. Nothing is scored before their marker is there. @returns the key of the marker */
async function bringFiles(world: World): Promise<string> {
  seed += 1;
  const folder = new Date(Date.UTC(2026, 0, 1, 0, 0, seed)).toISOString().slice(0, 19).replaceAll(':', '-');
  const prefix = `${batchPrefix(world.pipeline)}${folder}/`;
  await put(world, `${prefix}rows.csv`, tinyDrop(seed, rows));
  await world.ended('batch-score', `${prefix}rows.csv`);
  await world.quiet();
  return `${prefix}_SUCCESS`;
}

/** Writes the marker and gives the execution that it starts, once it has ended. */
async function score(world: World, marker: string): Promise<Ended> {
  const known = new Set((await world.executions('batch-score', marker)).map((e) => e.executionArn));
  await put(world, marker, '');
  return world.ended('batch-score', marker, known);
}

const decisionOf = ({ output }: Ended): unknown => (output as { decision?: string } | undefined)?.decision;

/** Scores files without a fault and takes down the calls. */
export async function recordBatch(world: World): Promise<CallSite[]> {
  const marker = await bringFiles(world);
  const stop = world.board.record();
  const ended = await score(world, marker);
  await world.quiet();
  if (decisionOf(ended) !== 'scored') throw new Error(`A clean batch ended as ${JSON.stringify(ended)}`);
  return stop();
}

const batchOf = async ({ project, pipeline }: World, { executionArn }: Ended) =>
  (await listBatches(project.target, pipeline)).find((batch) => batch.executionArn === executionArn);

/** What is wrong with the scores of a batch: each row is there once, with the token of its id and no id. */
async function flawsOf(world: World, ended: Ended): Promise<string[]> {
  const batch = await batchOf(world, ended);
  if (batch?.status !== 'scored') return [`the batch is recorded as ${batch?.status}`];
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-chaos-scores-'));
  try {
    const [path = ''] = await downloadScores(world.project.target, batch, join(folder, 'scores.csv'));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
    const places = new Set(lines.map((line) => line.split(',').slice(0, 2).join(':')));
    return [
      ...(batch.counts?.scored === rows ? [] : [`${batch.counts?.scored} rows are counted`]),
      ...(lines.length === rows && places.size === rows ? [] : [`${lines.length} scores of ${places.size} rows`]),
      ...(lines.every((line) => line.split(',')[2]?.startsWith('tok_')) ? [] : ['a row has no token']),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Objects of a batch in the clean bucket. */
async function remains({ project, pipeline }: World, batchId: string): Promise<string[]> {
  const { s3, outputs } = project.target;
  const found = await Promise.all(
    [`${batchPrefix(pipeline)}${batchId}/`, `${pipeline}/runs/${batchId}/`].map((Prefix) =>
      s3.send(new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix })),
    ),
  );
  return found.flatMap(({ Contents = [] }) => Contents.map(({ Key = '' }) => Key));
}

/** One batch with one fault, and the same files once more when it failed. */
export async function scoreWith(world: World, trial: Trial): Promise<Outcome> {
  const marker = await bringFiles(world);
  const said = (await world.messages('')).length;
  const prefix = marker.slice(0, marker.lastIndexOf('/') + 1);
  trial.arm();
  const ended = await score(world, marker);
  const struck = trial.disarm();
  if (ended.status === 'FAILED') await world.ended('recover-batch', ended.executionArn);
  await world.quiet();

  const violations: string[] = [];
  const expect = (holds: boolean, words: string) => {
    if (!holds) violations.push(words);
  };
  expect(struck > 0, 'the fault was never reached');
  const scored = ended.status === 'SUCCEEDED' && decisionOf(ended) === 'scored';
  expect(scored || ended.status === 'FAILED', `ended as ${ended.status} ${JSON.stringify(ended.output)}`);
  const texts = (await world.messages('')).slice(said).map(({ text }) => text);
  expect(trial.forgets || repeated(texts).length === 0, `said twice: ${repeated(texts).join(', ')}`);
  const says = (words: string) => texts.some((text) => text.includes(words));
  const before = await fingerprint(world, `${prefix}rows.csv`);
  const batch = await batchOf(world, ended);
  const held = batch && (await holdings(world, batch.batchId));
  if (held) {
    expect(unfinished(held).length === 0, `jobs still run: ${unfinished(held).join(', ')}`);
    expect(held.transformJobs.length <= 1, `scored ${held.transformJobs.length} times`);
  }
  if (scored) {
    expect(trial.silences || says(`${rows} rows scored`), 'nobody was told of the scores');
    violations.push(...(await flawsOf(world, ended)));
    return { status: 'succeeded', violations };
  }
  expect(ended.cause !== '', `no cause is given for ${ended.error}`);
  if (batch?.status === 'scored') {
    // only the end of the execution failed
    violations.push(...(await flawsOf(world, ended)));
  } else {
    expect(batch === undefined || batch.status === 'failed', `the batch is recorded as ${batch?.status}`);
    expect(trial.silences || says('a batch was not scored'), 'the failure was not announced');
    const left = batch ? await remains(world, batch.batchId) : [];
    expect(left.length === 0, `rows and scores are left: ${left.join(', ')}`);
  }
  const again = await score(world, marker);
  await world.quiet();
  const expected = batch?.status === 'scored' ? 'skipped' : 'scored';
  expect(decisionOf(again) === expected, `once more it ended as ${again.status} ${again.cause} ${decisionOf(again)}`);
  if (expected === 'scored') violations.push(...(await flawsOf(world, again)));
  expect((await fingerprint(world, `${prefix}rows.csv`)) === before, 'the files were touched');
  return { status: 'failed', violations };
}
