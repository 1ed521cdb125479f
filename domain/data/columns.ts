import type { ColumnSpec, FeatureSpec } from '#domain/data/column-spec';
import { isNumericLabel } from '#domain/data/label-settings';
import type { DataSettings } from '#domain/data/settings';
import type { CleanedColumn, PrivacyAction } from '#domain/privacy/privacy-action';
import { cleanedColumn, PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { unreachable } from '#domain/unreachable';
import type { CleanKind, FeatureType } from '#schemas/records/profile';

/** A column of the clean rows, besides the reserved ones. */
export interface CleanColumn {
  readonly name: string;
  readonly kind: CleanKind;
  readonly spec: ColumnSpec;
  /** SQL of the clean value, over the typed value. Only the clean value may leave the raw zone. @param subject as of `CleanedColumn` */
  cleanSql(typed: string, subject?: string): string;
  /** The same for a row of a prediction request; `cleanSql` when absent. */
  onlineSql?(typed: string): string;
  /** SQL of the token under the previous key; absent where no token is left. */
  previousSql?(typed: string): string;
  /** Set when the clean value depends on whose it is: the column that says so; `dataset.id` when it names none. */
  readonly subject?: { readonly column?: string | undefined };
  /** How far the column's action moves a time at most, in days. */
  readonly movedDays?: number;
  /** Values that make a row malformed, as conditions over the typed value. */
  readonly refusals?: CleanedColumn['refusals'];
  /** Set when the column is a model input. */
  readonly feature?: FeatureSpec;
}

/** A model input. */
export interface FeatureColumn extends CleanColumn {
  readonly kind: FeatureType;
  readonly feature: FeatureSpec;
}

/** For columns whose role declares that they have no personal data. */
const asTyped = (typed: string): string => typed;

function cleanColumn(name: string, spec: ColumnSpec, actions: readonly PrivacyAction[]): CleanColumn | undefined {
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
      const { subject } = spec as { readonly subject?: string };
      return {
        name,
        kind: left.kind,
        spec,
        cleanSql: (typed, of) => left.sql(typed, of),
        ...(left.online ? { onlineSql: left.online } : {}),
        ...(left.previous ? { previousSql: left.previous } : {}),
        ...(left.needsSubject ? { subject: { column: subject } } : {}),
        ...(left.movedDays === undefined ? {} : { movedDays: left.movedDays }),
        ...(left.refusals ? { refusals: left.refusals } : {}),
        ...(spec.feature ? { feature: spec.feature } : {}),
      };
    }
    case 'ignore':
      return undefined;
    default:
      return unreachable(spec, 'role of a column');
  }
}

/** Whether the column is among the clean rows. */
export const isKept = (name: string, spec: ColumnSpec, actions: readonly PrivacyAction[] = PRIVACY_ACTIONS): boolean =>
  cleanColumn(name, spec, actions) !== undefined;

/**
 * The columns of the clean rows, in the order of the pipeline file. Dropped and ignored columns are not even read.
 *
 * @throws TypeError when a column's role or action has no rule: such a column must not pass through
 */
export const cleanColumns = (
  { dataset }: Pick<DataSettings, 'dataset'>,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): CleanColumn[] => Object.entries(dataset.columns).flatMap(([name, spec]) => cleanColumn(name, spec, actions) ?? []);

/** The model inputs among the clean columns. */
export const featureColumns = (
  pipeline: Pick<DataSettings, 'dataset'>,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
): FeatureColumn[] => cleanColumns(pipeline, actions).filter((c): c is FeatureColumn => c.feature !== undefined);

/** How the values of a slice column make groups. */
export function sliceSettings({ dataset }: Pick<DataSettings, 'dataset'>, column: string) {
  const spec = dataset.columns[column];
  return spec?.role === 'slice' ? { bins: spec.bins, named: spec.values } : {};
}

/** The clean columns that the evaluation groups by. */
export const sliceColumns = ({ dataset }: Pick<DataSettings, 'dataset'>): string[] =>
  Object.entries(dataset.columns).flatMap(([name, spec]) => (spec.role === 'slice' ? [name] : []));

/** Every column a drop must have, in the order of the pipeline's file: the key columns first. */
export function expectedColumns({ dataset }: Pick<DataSettings, 'dataset'>): string[] {
  const { id, label, time, columns, unlabelled } = dataset;
  const labels = unlabelled ? [] : [label.column];
  return [...new Set([...(id ? [id] : []), ...labels, ...(time ? [time] : []), ...Object.keys(columns)])];
}

/**
 * A pipeline that reads files without its label, as rows are whose outcome is not known yet: each label is missing, and no row is malformed
 * for it. A label that is there is not read.
 */
export const withoutLabel = <Settings extends Pick<DataSettings, 'dataset'>>(pipeline: Settings): Settings => ({
  ...pipeline,
  dataset: { ...pipeline.dataset, extraColumns: 'ignore', unlabelled: true },
});

/** Whether the values of a column are read as numbers: as a model input, as a range, or as a label that is compared by value. */
export function isReadAsNumber(name: string, dataset: DataSettings['dataset']): boolean {
  if (name === dataset.label.column) return isNumericLabel(dataset.label);
  const spec = dataset.columns[name];
  return spec !== undefined && cleanColumn(name, spec, PRIVACY_ACTIONS)?.kind === 'number';
}
