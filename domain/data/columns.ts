import type { CleanKind, FeatureType } from '#domain/data/clean-kind';
import type { ColumnSpec, FeatureSpec } from '#domain/data/column-spec';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { cleanedColumn, PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { unreachable } from '#domain/unreachable';

/** The part of a pipeline that says what its columns are. */
export interface WithColumns {
  readonly dataset: { readonly columns: Readonly<Record<string, ColumnSpec<string>>> };
}

/** A column of the clean rows, beside the reserved ones. */
export interface CleanColumn {
  readonly name: string;
  readonly kind: CleanKind;
  readonly spec: ColumnSpec<string>;
  /** SQL of the clean value over the typed one: all that may leave the raw zone of this column. */
  cleanSql(typed: string): string;
  /** Set when the column is a model input. */
  readonly feature?: FeatureSpec;
}

/** A model input. */
export interface FeatureColumn extends CleanColumn {
  readonly kind: FeatureType;
  readonly feature: FeatureSpec;
}

/** For columns whose role says that they hold nothing personal. */
const asTyped = (typed: string): string => typed;

function cleanColumn(
  name: string,
  spec: ColumnSpec<string>,
  actions: readonly PrivacyAction[],
): CleanColumn | undefined {
  switch (spec.role) {
    case 'feature':
      return { name, kind: spec.type, spec, cleanSql: asTyped, feature: spec };
    case 'slice':
      return { name, kind: 'category', spec, cleanSql: asTyped };
    case 'pii':
    case 'quasi':
    case 'text': {
      const left = cleanedColumn(spec, actions);
      if (!left) return undefined;
      const { kind, sql: cleanSql } = left;
      return { name, kind, spec, cleanSql, ...(spec.feature ? { feature: spec.feature } : {}) };
    }
    case 'ignore':
      return undefined;
    default:
      return unreachable(spec, 'role of a column');
  }
}

/**
 * The columns that survive desensitizing, in the order of the pipeline's file. Dropped and ignored ones are not even read.
 *
 * @throws TypeError when a column's role or action has no rule: nothing of such a column may come through
 */
export const cleanColumns = (
  { dataset }: WithColumns,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): CleanColumn[] => Object.entries(dataset.columns).flatMap(([name, spec]) => cleanColumn(name, spec, actions) ?? []);

/** Of these, the model inputs. */
export const featureColumns = (
  pipeline: WithColumns,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): FeatureColumn[] =>
  cleanColumns(pipeline, actions).filter((c): c is FeatureColumn => c.feature !== undefined && c.kind !== 'text');

/** Of these, the ones the evaluation groups by. */
export const sliceColumns = ({ dataset }: WithColumns): string[] =>
  Object.entries(dataset.columns).flatMap(([name, spec]) => (spec.role === 'slice' ? [name] : []));

/** Every column a drop must have, in the order of the pipeline's file: the key columns first. */
export function expectedColumns({
  dataset: { id, label, time, columns },
}: {
  readonly dataset: WithColumns['dataset'] & {
    readonly id?: string | undefined;
    readonly label: { readonly column: string };
    readonly time?: string | undefined;
  };
}): string[] {
  return [...new Set([...(id ? [id] : []), label.column, ...(time ? [time] : []), ...Object.keys(columns)])];
}
