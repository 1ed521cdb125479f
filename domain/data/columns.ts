import type { DataSettings } from '#domain/data/settings';
import type { ColumnSpec, FeatureSpec } from '#schemas/pipeline-columns';

/** How a clean column is stored: DOUBLE, VARCHAR, BOOLEAN, TIMESTAMP (UTC), or VARCHAR that is no model input. */
export type CleanKind = FeatureSpec['type'] | 'text';

/** A column of the clean rows, beside the reserved ones. */
export interface CleanColumn {
  readonly name: string;
  readonly kind: CleanKind;
  readonly spec: ColumnSpec;
  /** Set when the column is a model input. */
  readonly feature?: FeatureSpec;
}

/** A model input. */
export interface FeatureColumn extends CleanColumn {
  readonly kind: FeatureSpec['type'];
  readonly feature: FeatureSpec;
}

function cleanColumn(name: string, spec: ColumnSpec): CleanColumn | undefined {
  switch (spec.role) {
    case 'feature':
      return { name, kind: spec.type, spec, feature: spec };
    case 'slice':
      return { name, kind: 'category', spec };
    case 'quasi': {
      const kind = spec.keepFirst !== undefined ? 'category' : spec.binWidth !== undefined ? 'number' : 'datetime';
      return { name, kind, spec, ...(spec.feature ? { feature: spec.feature } : {}) };
    }
    case 'pii':
      return spec.action === 'drop' ? undefined : { name, kind: 'text', spec };
    default:
      return undefined;
  }
}

/** The columns that survive desensitizing, in the order of the pipeline's file. Dropped and ignored ones are not even read. */
export const cleanColumns = (pipeline: Pick<DataSettings, 'dataset'>): CleanColumn[] =>
  Object.entries(pipeline.dataset.columns).flatMap(([name, spec]) => cleanColumn(name, spec) ?? []);

/** Of these, the model inputs. */
export const featureColumns = (pipeline: Pick<DataSettings, 'dataset'>): FeatureColumn[] =>
  cleanColumns(pipeline).filter((c): c is FeatureColumn => c.feature !== undefined && c.kind !== 'text');

/** Of these, the ones the evaluation groups by. */
export const sliceColumns = (pipeline: Pick<DataSettings, 'dataset'>): string[] =>
  cleanColumns(pipeline)
    .filter((c) => c.spec.role === 'slice')
    .map((c) => c.name);

/** Every column a drop must have, in the order of the pipeline's file: the key columns first. */
export function expectedColumns({ dataset }: Pick<DataSettings, 'dataset'>): string[] {
  const { id, label, time, columns } = dataset;
  return [...new Set([...(id ? [id] : []), label.column, ...(time ? [time] : []), ...Object.keys(columns)])];
}
