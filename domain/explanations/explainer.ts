import { type Link, scoresOf, type TreeModel } from '#domain/trees/tree-model';
import { treeExplainer } from '#domain/trees/tree-shap';
import { unreachable } from '#domain/unreachable';
import type { ContributionUnit } from '#schemas/records/explanation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { type ExplainedColumn, explainedColumns, sumByColumn } from './columns.ts';

/** Why a row has its score. */
export interface RowExplanation {
  /** The scores that the contributions add up to: one, or one for each class. */
  readonly scores: readonly number[];
  /** By class (multiclass), else one. */
  readonly groups: readonly {
    /** What the model answers on average over its training rows, in the unit. */
    readonly expected: number;
    /** What each column adds to it, in the order of `columns`. */
    readonly parts: readonly number[];
  }[];
}

/** Explains the scores of one run's model. */
export interface Explainer {
  readonly unit: ContributionUnit;
  readonly columns: readonly ExplainedColumn[];
  /** @param row the model inputs; NaN is missing */
  explain(row: ArrayLike<number>): RowExplanation;
}

/** What a link is the inverse of. */
function unitOf(link: Link): ContributionUnit {
  switch (link) {
    case 'identity':
      return 'value';
    case 'logistic':
      return 'log-odds';
    case 'log':
      return 'log of the value';
    case 'softmax':
      return 'log of the relative probability';
    default:
      return unreachable(link, 'link');
  }
}

/** What recalibrating a model of undersampled rows adds to the log-odds: see `domain/serving/recalibration`. */
function recalibrationShift({ balance }: Pick<FittedTransform, 'balance'>, link: Link): number {
  if (balance?.kind !== 'undersampled' || link !== 'logistic') return 0;
  return balance.majority === 0 ? Math.log(balance.keptShare) : -Math.log(balance.keptShare);
}

/** Explains the scores of a run's model in its columns. */
export function createExplainer(fitted: Pick<FittedTransform, 'features' | 'balance'>, model: TreeModel): Explainer {
  const columns = explainedColumns(fitted);
  const explain = treeExplainer(model, fitted.features.length);
  const shift = recalibrationShift(fitted, model.link);
  return {
    unit: unitOf(model.link),
    columns,
    explain(row) {
      const groups = explain(row).map(({ expected, parts }) => ({
        expected: expected + shift,
        parts: sumByColumn(columns, parts),
      }));
      const margins = groups.map(({ expected, parts }) => parts.reduce((sum, part) => sum + part, expected));
      return { scores: scoresOf(model, margins), groups };
    },
  };
}
