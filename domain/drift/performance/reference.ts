import { ENCODINGS, readFeature } from '#domain/encodings/registry';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { groupsOf, placesOf, type SliceColumn } from '#domain/evaluation/slice-groups';
import { createRandom } from '#domain/random';
import type { Importance } from '#schemas/records/evaluation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { PerformanceReference } from '#schemas/records/performance-estimate';
import type { FeatureMatrix } from '../columns.ts';
import { type EmbeddingInputs, sketchEmbeddings } from '../embeddings/sketch.ts';

/** Most rows and inputs that are kept. */
export const REFERENCE_ROWS = 4000;
const MOST_INPUTS = 50;
/** A column matters to the model from this share of the largest importance on. */
const LEAST_IMPORTANCE = 0.01;
const SEED = 20_260_102;

export interface ReferenceInput {
  readonly fitted: Pick<FittedTransform, 'task' | 'label' | 'features'>;
  /** The holdout's model inputs, scores and labels, in the order of the holdout. Inputs may be of its first rows alone. */
  readonly inputs: FeatureMatrix;
  readonly scores: Float64Array;
  readonly labels: Float64Array;
  readonly threshold: number;
  /** The slice columns of the same rows. */
  readonly slices?: readonly SliceColumn[];
  readonly embeddings?: readonly EmbeddingInputs[];
  /** Columns that were not measured count as important. */
  readonly importances: readonly Importance[];
}

/**
 * Keeps what later estimates rest on: holdout rows, which the model did not train on, with their labels. At most 4,000 rows, drawn at
 * random and in their order, and the inputs of at most 50 columns that matter to the model: a column that the model does not use may
 * drift without harm.
 */
export function buildReference({
  fitted,
  inputs,
  scores,
  labels,
  threshold,
  importances,
  slices = [],
  embeddings = [],
}: ReferenceInput): PerformanceReference {
  const { picked, leftOut } = chooseInputs(fitted, importances);
  const perRow = scoresPerRow(fitted);
  const rows = chooseRows(inputs.rows);
  const sketches = embeddings.length > 0 ? sketchEmbeddings(embeddings, rowsAt(inputs, rows)) : [];
  return {
    version: 1,
    task: fitted.task,
    classes: fitted.label.classes.length,
    threshold,
    inputs: picked,
    leftOut,
    rows: rows.length,
    values: rows.flatMap((row) =>
      picked.map(({ at }) => {
        const value = inputs.values[row * inputs.width + at] as number;
        return Number.isNaN(value) ? null : value;
      }),
    ),
    scores: rows.flatMap((row) => [...scores.subarray(row * perRow, (row + 1) * perRow)]),
    labels: rows.map((row) => labels[row] as number),
    slices: groupsOf(slices).map((own, i) => {
      const places = placesOf(own, slices[i]?.values ?? []);
      return { ...own, groups: rows.map((row) => places[row] ?? -1) };
    }),
    ...(sketches.length > 0 ? { embeddings: sketches } : {}),
  };
}

function chooseInputs({ features }: Pick<FittedTransform, 'features'>, importances: readonly Importance[]) {
  const measured = new Map(importances.map(({ column, mean }) => [column, mean]));
  const least = LEAST_IMPORTANCE * Math.max(0, ...measured.values());
  const leftOut = new Map<string, string>();
  const candidates = features.flatMap((feature, at) => {
    const { sources, name, watched } = readFeature(feature, ENCODINGS);
    // an interaction matters as much as the one of its columns that matters most
    const importance = Math.max(...sources.map((own) => measured.get(own) ?? Number.POSITIVE_INFINITY));
    const [source = name] = sources.length === 1 ? sources : [];
    if (watched.as === 'nothing') leftOut.set(name, watched.because ?? 'it changes with the calendar');
    else if (importance < least || importance < 0) leftOut.set(source, 'the model hardly uses it');
    else return [{ at, column: source, importance }];
    return [];
  });
  const kept = candidates.toSorted((a, b) => b.importance - a.importance || a.at - b.at);
  for (const { column } of kept.slice(MOST_INPUTS)) leftOut.set(column, 'columns that matter more fill the estimate');
  return {
    picked: kept
      .slice(0, MOST_INPUTS)
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, column }) => ({ at, column })),
    leftOut: [...leftOut].map(([column, reason]) => ({ column, reason })),
  };
}

/** Some rows with all their inputs. */
function rowsAt({ width, values }: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const chosen = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) chosen.set(values.subarray(row * width, (row + 1) * width), i * width);
  return { rows: rows.length, width, values: chosen };
}

/** Up to `REFERENCE_ROWS` places, drawn without replacement (selection sampling: Knuth, TAOCP 3.4.2, algorithm S). */
function chooseRows(rows: number): number[] {
  const random = createRandom(SEED);
  const chosen: number[] = [];
  for (let row = 0; row < rows && chosen.length < REFERENCE_ROWS; row++) {
    if (random.float() * (rows - row) < REFERENCE_ROWS - chosen.length) chosen.push(row);
  }
  return chosen;
}
