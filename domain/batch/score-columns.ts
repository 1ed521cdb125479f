import { scoresPerRow } from '#domain/evaluation/predictions';
import { ident, text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { ClassAnswer } from '#schemas/records/class-answer';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** What the columns of a file with scores depend on. */
export interface ScoredModel {
  readonly fitted: Pick<FittedTransform, 'task' | 'label'>;
  /** Binary: the answer for each class, in the order of the classes' numbers. */
  readonly answers: readonly ClassAnswer[];
  /** Binary: scores at or above it are the positive class. */
  readonly threshold: number;
  readonly modelVersion: number;
  /** Whether the rows have tokens of their ids. */
  readonly hasId: boolean;
}

/** The names of the classes, as counts of rows show them. A class that is no single value has no label. */
export function classNames({ fitted, answers }: Pick<ScoredModel, 'fitted' | 'answers'>): readonly string[] {
  const { task, label } = fitted;
  switch (task) {
    case 'regression':
      return [];
    case 'multiclass':
      return label.classes;
    case 'binary':
      return ['negative', 'positive'].map((name, i) => answers[i]?.label ?? name);
    default:
      return unreachable(task, 'task');
  }
}

/** The number of the class that a row is answered with; undefined for regression. @param own the scores of the row */
export function classOf({ fitted, threshold }: Pick<ScoredModel, 'fitted' | 'threshold'>, own: Float64Array) {
  const { task } = fitted;
  switch (task) {
    case 'regression':
      return undefined;
    case 'multiclass':
      return own.indexOf(Math.max(...own));
    case 'binary':
      return (own[0] as number) >= threshold ? 1 : 0;
    default:
      return unreachable(task, 'task');
  }
}

/** The columns of the relation of scores: the row, from 0, the number of its class, and its scores. */
export const scoreFields = (
  fitted: ScoredModel['fitted'],
): Readonly<Record<string, 'BIGINT' | 'INTEGER' | 'DOUBLE'>> => ({
  _row: 'BIGINT',
  class: 'INTEGER',
  ...Object.fromEntries(Array.from({ length: scoresPerRow(fitted) }, (_, i) => [`s${i}`, 'DOUBLE' as const])),
});

const labelOf = (labels: readonly (string | null)[]): string =>
  `CASE class ${labels.map((label, i) => `WHEN ${i} THEN ${label === null ? 'NULL' : text(label)}`).join(' ')} END AS label`;

/** SQL of what a row is answered with, in the words of `predict`. */
function answerColumns({ fitted, answers }: ScoredModel): string[] {
  const { task, label } = fitted;
  switch (task) {
    case 'binary':
      return [labelOf(answers.map((answer) => answer.label)), 's0 AS score', 'class = 1 AS positive'];
    case 'multiclass':
      return [labelOf(label.classes), ...label.classes.map((name, i) => `s${i} AS ${ident(`probability of ${name}`)}`)];
    case 'regression':
      return ['s0 AS value'];
    default:
      return unreachable(task, 'task');
  }
}

/**
 * SQL of the rows of a file with scores, in the order of the rows: the position of their file in the batch (from 1), their line in it (the
 * number of the row in Parquet), the token of the id, the answer, and the version of the model.
 *
 * @param places a relation with `_row`, `_id`, `_file` (from 0) and `_line`
 * @param scores a relation with the columns of `scoreFields`
 */
export function scoredRowsSql(model: ScoredModel, places: string, scores: string): string {
  const columns = [
    '_file + 1 AS file',
    '_line AS line',
    ...(model.hasId ? ['_id AS id'] : []),
    ...answerColumns(model),
    `${model.modelVersion} AS "modelVersion"`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${places} AS places JOIN ${scores} AS scores USING (_row) ORDER BY _row`;
}
