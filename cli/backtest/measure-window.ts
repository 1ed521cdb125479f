import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { csvOutput, encodeCsv } from '#domain/data/transform';
import { buildWindow, mergeWindows, type ScoreValues } from '#domain/drift/baseline';
import { cleanView } from '#domain/drift/clean-columns';
import { driftColumns } from '#domain/drift/columns';
import type { WindowRows } from '#domain/drift/performance/estimate';
import {
  mergeSamples,
  noRows,
  type RowSample,
  rowsOf,
  SAMPLE_ROWS,
  toWindowRows,
} from '#domain/drift/windows/row-sample';
import { concatenate } from '#domain/evaluation/concatenate';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { parseFeatures } from '#domain/evaluation/score-text';
import { text } from '#domain/sql/literals';
import { countCleanRows } from '#functions/shards/clean-counts';
import { asBaseline } from '#functions/shards/drop-drift';
import type { OpenEngine } from '#functions/shards/duckdb';
import { sampleInputs } from '#functions/shards/sampled-inputs';
import type { Pipeline } from '#schemas/pipeline';
import type { Baseline, CleanBaseline, Window } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { LocalModel } from './local-model.ts';

/** Clean rows of one window: SQL of a relation. */
export interface WindowRelation {
  readonly engine: OpenEngine;
  readonly rows: string;
  /** Whether every row has its label. */
  readonly labelled: boolean;
}

/** A window's histograms, with the baseline that has the same columns. */
export interface Counted {
  readonly baseline: Baseline;
  readonly window: Window;
}

/** The model that a window's rows are encoded for. */
export interface Encoding {
  readonly fitted: FittedTransform;
  readonly format: ModelFormat;
  /** Answers the rows; undefined where its scores cannot be had. */
  readonly model?: LocalModel | undefined;
}

/** The rows as the model reads them, and its answers. */
export interface Answered extends Counted {
  /** A sample of the rows as inputs of the model. */
  readonly inputs: WindowRows['inputs'];
  /** The same with the answers, for the estimate; absent without a model. */
  readonly sample?: WindowRows;
  /** Row-major, in the order of the rows; absent without a model. */
  readonly scores?: Float64Array;
}

/** Counts the clean columns of a window, the label only where every row has one, with a sample of the rows as inputs of the model. */
export async function countColumns(
  { engine, rows, labelled }: WindowRelation,
  pipeline: Pipeline,
  kept: CleanBaseline,
  fitted: FittedTransform,
): Promise<Counted & { readonly sample: RowSample }> {
  const label = pipeline.dataset.label.column;
  const columns = kept.columns.filter(({ column }) => labelled || column !== label);
  const empty = columns.map((own) => ({ ...own, counts: own.counts.map(() => 0), missing: 0 }));
  const numbered = `(SELECT row_number() OVER () - 1 AS _row, * FROM ${rows})`;
  const { watched, parts } = cleanView(pipeline);
  const window = await countCleanRows(engine, empty, [...watched, ...parts], numbered);
  const sample = await sampleInputs(engine, numbered, 0, fitted);
  return { baseline: asBaseline({ ...kept, columns }), window, sample };
}

/** A request must be smaller than what containers take, 6 MB (`MAX_CONTENT_LENGTH`). */
const requestBytes = 4e6;

/** The lines of a file in texts of some megabytes, each with whole lines. */
async function* inParts(file: string): AsyncGenerator<string> {
  const handle = await open(file);
  let [lines, bytes]: [string[], number] = [[], 0];
  for await (const line of handle.readLines()) {
    lines.push(line);
    bytes += line.length + 1;
    if (bytes < requestBytes) continue;
    yield `${lines.join('\n')}\n`;
    [lines, bytes] = [[], 0];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

const scoreValues = ({ task, label }: FittedTransform, values: Float64Array): ScoreValues =>
  task === 'multiclass' ? { task, values, classes: label.classes } : { task, values };

/** Encodes the rows of a window for a model, counts its inputs, and has it answer them. */
export async function answerRows(
  { engine, rows }: WindowRelation,
  { fitted, format: { input, output }, model }: Encoding,
  baseline: Baseline,
  folder: string,
): Promise<Answered> {
  const file = join(folder, 'inputs.csv');
  const described = await engine.query('describe the clean rows', `DESCRIBE SELECT * FROM ${rows}`);
  const available = described.map((row) => String(row['column_name']));
  const { inputs: fields, from } = encodeCsv(fitted, rows, input, { available });
  await engine.query(
    'encode the rows',
    `COPY (SELECT ${fields.join(', ')} FROM ${from}) TO ${text(file)} ${csvOutput(input)}`,
  );
  const { score, ...inputs } = baseline;
  const compared = model && score ? baseline : inputs;
  const [width, perRow] = [fitted.features.length, scoresPerRow(fitted)];
  let [sample, parts] = [noRows, 0];
  const answers: Float64Array[] = [];
  const count = (matrix: WindowRows['inputs'], scores: Float64Array | undefined): Window =>
    buildWindow(compared, {
      rows: matrix.rows,
      columns: driftColumns(fitted, matrix),
      ...(scores ? { scores: scoreValues(fitted, scores) } : {}),
    });
  const none = new Float64Array(0);
  let window = count({ rows: 0, width, values: none }, model && none);
  for await (const csv of inParts(file)) {
    const matrix = parseFeatures(csv, width, 'encoded rows');
    const scores = model && output.readScores(await model.score(csv), perRow, 'the model');
    if (scores) answers.push(scores);
    parts += 1;
    sample = mergeSamples(sample, rowsOf(`part ${parts}`, { inputs: matrix, scores: scores ?? none }), SAMPLE_ROWS);
    window = mergeWindows(window, count(matrix, scores));
  }
  const rowsSampled = toWindowRows(sample, width, model ? perRow : 0);
  return {
    baseline: compared,
    window,
    inputs: rowsSampled.inputs,
    ...(model ? { sample: rowsSampled, scores: concatenate(answers) } : {}),
  };
}

/** The labels of the rows, in their order. */
export async function readLabels({ engine, rows }: WindowRelation): Promise<Float64Array> {
  const read = await engine.query('read the labels', `SELECT _label FROM ${rows}`);
  return Float64Array.from(read, (row) => Number(row['_label']));
}
