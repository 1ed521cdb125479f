import type { SplitRule, UnseenRule } from '#schemas/records/sides';
import { isUnseenSql } from './comparable.ts';
import { splitStrategy } from './registry.ts';
import { type Side, sides } from './side.ts';

/**
 * SQL of clean rows with `_side`, in their order. Rows in a gap are left out, and test rows that an ancestor was trained on.
 *
 * @param cleanRows a relation with `_row` and the clean columns
 * @param placed a relation `_group`, `side` of groups whose side is not that of the rule; undefined when there are none
 * @param unseen which rows no ancestor of the model was trained on; undefined for a model without ancestors
 */
export function sidedRowsSql(cleanRows: string, rule: SplitRule, placed?: string, unseen?: UnseenRule): string {
  const byRule = splitStrategy(rule.strategy).sideSql(rule);
  // IN is a mark join, which keeps the order of the rows
  const isPlaced = (side: Side) =>
    `WHEN _group IN (SELECT _group FROM ${placed} WHERE side = '${side}') THEN '${side}'`;
  const side = placed === undefined ? byRule : `CASE ${sides.map(isPlaced).join(' ')} ELSE ${byRule} END`;
  const used = unseen === undefined ? '' : ` AND (_side <> 'test' OR ${isUnseenSql(unseen)})`;
  return `(SELECT * FROM (SELECT _row, ${side} AS _side, * EXCLUDE (_row, _side) FROM ${cleanRows}) WHERE _side IS NOT NULL${used})`;
}
