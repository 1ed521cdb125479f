import { EvaluationError } from '#domain/errors';
import { predictClasses } from '#domain/tallies/probability';
import { unreachable } from '#domain/unreachable';
import type { Baseline, Histogram, Window } from '#schemas/records/baseline';
import {
  buildCategoryHistogram,
  buildHistogram,
  frequentCategories,
  MAXIMUM_CATEGORIES,
  mergeHistograms,
  quantileEdges,
} from './histogram.ts';

/** Values of one model input. */
export type ColumnValues =
  | { readonly column: string; readonly kind: 'number'; readonly values: Float64Array }
  | {
      readonly column: string;
      readonly kind: 'category';
      readonly values: readonly (string | null)[];
      /**
       * The categories to count one by one, where other rows than these say so. Categories chosen for being frequent among these rows are
       * less frequent in any other rows.
       */
      readonly categories?: readonly string[] | undefined;
    };

/**
 * A model's outputs. Binary: one probability per row; regression: one prediction per row; multiclass: n × k probabilities,
 * reduced to the predicted class.
 */
export type ScoreValues =
  | { readonly task: 'binary' | 'regression'; readonly values: Float64Array }
  | { readonly task: 'multiclass'; readonly values: Float64Array; readonly classes: readonly string[] };

export interface RowsInput {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
  readonly scores?: ScoreValues | undefined;
}

const SCORE = 'score';

/** Fixes the bins from the given rows (training or holdout) and counts the rows. */
export function buildBaseline({ rows, columns, scores }: RowsInput): Baseline {
  return {
    version: 1,
    rows,
    columns: columns.map((column) =>
      column.kind === 'number'
        ? buildHistogram(column.column, column.values, quantileEdges(column.values))
        : buildCategoryHistogram(
            column.column,
            column.values,
            (column.categories ?? frequentCategories(column.values)).slice(0, MAXIMUM_CATEGORIES),
          ),
    ),
    ...(scores
      ? { score: scoreHistogram(scores, scores.task === 'multiclass' ? [] : quantileEdges(scores.values)) }
      : {}),
  };
}

function scoreHistogram(scores: ScoreValues, edges: readonly number[]): Histogram {
  switch (scores.task) {
    case 'binary':
    case 'regression':
      return buildHistogram(SCORE, scores.values, edges);
    case 'multiclass': {
      const { classes, values } = scores;
      const predicted = Array.from(predictClasses(values, classes.length), (index) => classes[index] as string);
      return buildCategoryHistogram(SCORE, predicted, classes);
    }
    default:
      return unreachable(scores, 'task');
  }
}

/**
 * Counts a window's rows in the baseline's bins. Columns are matched by name; additional columns are ignored.
 *
 * @throws EvaluationError naming a column that the window lacks or that has another kind
 */
export function buildWindow(baseline: Baseline, { rows, columns, scores }: RowsInput): Window {
  const byName = new Map(columns.map((column) => [column.column, column]));
  const counted = baseline.columns.map((histogram) => countLike(histogram, byName.get(histogram.column)));
  if (!scores || !baseline.score) return { rows, columns: counted };
  const edges = baseline.score.kind === 'number' ? baseline.score.edges : [];
  const score = scoreHistogram(scores, edges);
  if (score.kind !== baseline.score.kind) {
    throw new EvaluationError(
      `the baseline's score is a ${baseline.score.kind}, the window's a ${score.kind}: the task changed`,
    );
  }
  return { rows, columns: counted, score };
}

function countLike(histogram: Histogram, values: ColumnValues | undefined): Histogram {
  const { column } = histogram;
  if (!values) throw new EvaluationError(`the window lacks column ${column}, which the baseline has`);
  if (histogram.kind === 'number' && values.kind === 'number')
    return buildHistogram(column, values.values, histogram.edges);
  if (histogram.kind === 'category' && values.kind === 'category') {
    return buildCategoryHistogram(column, values.values, histogram.categories);
  }
  throw new EvaluationError(`column ${column} is a ${histogram.kind} in the baseline, a ${values.kind} in the window`);
}

/** Adds windows counted against one baseline, in any order. */
export function mergeWindows(a: Window, b: Window): Window {
  if (a.columns.length !== b.columns.length || (a.score === undefined) !== (b.score === undefined)) {
    throw new EvaluationError('the windows differ in their columns: count both against one baseline');
  }
  return {
    rows: a.rows + b.rows,
    columns: a.columns.map((histogram, i) => mergeHistograms(histogram, b.columns[i] as Histogram)),
    ...(a.score && b.score ? { score: mergeHistograms(a.score, b.score) } : {}),
  };
}
