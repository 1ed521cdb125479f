import { groupSettings, keyedInputs } from '#domain/data/clean';
import type { FeatureSpec } from '#domain/data/column-spec';
import { type FeatureColumn, featureColumns } from '#domain/data/columns';
import { expectedSettingsOf } from '#domain/data/expected-settings';
import { labelClasses } from '#domain/data/label';
import type { DataSettings } from '#domain/data/settings';
import { columnReading } from '#domain/data/value-settings';
import { ENCODINGS } from '#domain/encodings/registry';
import { coarseValueSql } from '#domain/splits/duplicates';
import { alikeNumberSql, identityOf } from '#domain/splits/keys';
import { ident } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';

function coarseSql({ name, kind }: FeatureColumn, columns: number): string {
  switch (kind) {
    case 'number':
      return coarseValueSql(ident(name), 'number', columns);
    case 'category':
    case 'text':
      return coarseValueSql(ident(name), 'text');
    case 'boolean':
    case 'datetime':
      return coarseValueSql(ident(name), 'other');
    default:
      return unreachable(kind, 'kind of column');
  }
}

/** Number of classes that the split keeps apart; 1 for regression. */
export const splitClasses = (pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>): number =>
  Math.max(1, labelClasses(pipeline).length);

/** SQL of the number that stands for a clean row's model inputs: duplicates share it, and whatever compares them reads this one number. */
export const sameInputsSql = (pipeline: DataSettings): string =>
  groupSettings(pipeline).by === 'duplicates' ? '_group' : alikeNumberSql(keyedInputs(pipeline).map(ident));

/**
 * SQL of what the division of a drop needs of a shard, one row for each kind of rows: `_group`, `_key`, `class`, `_time` (where the
 * data has one), `same` and `near` (shared by duplicates and near-duplicates), and `rows`.
 */
export function groupsSql(pipeline: DataSettings, cleanRows: string): string {
  const { task } = pipeline.evaluation;
  const label = task === 'regression' ? '0' : 'CAST(_label AS INTEGER)';
  const features = featureColumns(pipeline);
  const near = alikeNumberSql(features.map((own) => coarseSql(own, features.length)));
  const time = pipeline.dataset.time === undefined ? '' : '_time, ';
  return `SELECT _group, _key, ${label} AS class, ${time}${sameInputsSql(pipeline)} AS same, ${near} AS near, count(*) AS rows FROM ${cleanRows} GROUP BY ALL`;
}

/** What is left of a model input's settings without those of its encoding, and what is expected of the model: no clean value depends on them. */
function valueSettingsOf(feature: FeatureSpec): Record<string, unknown> {
  const encodings = ENCODINGS.filter(({ type }) => type === feature.type);
  const without = new Set([
    'encode',
    ...[...encodings.map(({ settings }) => settings), expectedSettingsOf(feature.type)].flatMap(Object.keys),
  ]);
  return Object.fromEntries(Object.entries(feature).filter(([setting]) => !without.has(setting)));
}

/** What decides the clean values of the model inputs. */
const inputsIdentity = ({ dataset }: DataSettings) =>
  featureColumns({ dataset }).map(({ name, spec, feature }) => {
    const own = valueSettingsOf(feature);
    return [name, spec.role === 'feature' ? own : { ...spec, feature: own }, columnReading(name, dataset)];
  });

/** What the keys of rows are made from, as one text: keys of runs with the same text can be compared. */
export function splitIdentity(pipeline: DataSettings): string {
  const groups = groupSettings(pipeline);
  const { seed } = pipeline.split;
  const inputs = inputsIdentity(pipeline);
  switch (groups.by) {
    case 'id':
      return identityOf({ seed, id: pipeline.dataset.id });
    case 'duplicates':
      return identityOf({ seed, inputs });
    case 'column':
      // rows without a value in the column are grouped by their inputs
      return identityOf({ seed, column: groups.column, inputs });
    default:
      return unreachable(groups, 'way to group');
  }
}
