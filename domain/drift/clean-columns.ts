import { cleanColumns } from '#domain/data/columns';
import { embeddingsOf } from '#domain/data/embeddings';
import { labelClasses } from '#domain/data/label';
import type { DataSettings } from '#domain/data/settings';
import { redact } from '#domain/privacy/redact';
import { ident, text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { NotWatched } from '#schemas/records/baseline';
import type { CleanColumnView } from './clean-column-view.ts';
import { textViews } from './text/views.ts';

/** What drift checks of clean rows watch, and what they do not, with the reason. */
export interface CleanView {
  readonly watched: readonly CleanColumnView[];
  /** The columns of embeddings, which are watched as a whole. A model of an earlier version may have watched each. */
  readonly parts: readonly CleanColumnView[];
  readonly notWatched: readonly NotWatched[];
}

const calendar = 'dates move with the calendar: only missing values are watched';

/** The label by name of class or by value. */
function labelView(pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>): CleanColumnView {
  const { column } = pipeline.dataset.label;
  const classes = labelClasses(pipeline);
  if (classes.length === 0) return { column, kind: 'number', source: '_label', sql: '_label', bins: 'values' };
  const cases = classes.map((name, i) => `WHEN ${i} THEN ${text(name)}`).join(' ');
  return {
    column,
    kind: 'category',
    source: '_label',
    sql: `CASE CAST(_label AS INTEGER) ${cases} END`,
    bins: classes,
  };
}

/**
 * The columns of a pipeline's clean rows, the label first: model inputs, columns that are constant or not used at training, slices, and
 * whatever else is kept. Of texts, the language, the words and what was redacted are columns of their own, after all others.
 */
export function cleanView(pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>): CleanView {
  const { id, time, columns } = pipeline.dataset;
  const kept = cleanColumns(pipeline);
  const views = kept.map(({ name, kind }): CleanColumnView => {
    const value = ident(name);
    const view = { column: name, source: name };
    switch (kind) {
      case 'number':
        return { ...view, kind: 'number', sql: value, bins: 'values' };
      case 'category':
        return { ...view, kind: 'category', sql: value, bins: 'values' };
      case 'boolean':
        return { ...view, kind: 'category', sql: `CAST(${value} AS VARCHAR)`, bins: ['false', 'true'] };
      case 'datetime':
        return { ...view, kind: 'category', sql: `CAST(${value} AS VARCHAR)`, bins: [] };
      case 'text':
        return { ...view, kind: 'number', sql: `CAST(length(${value}) AS DOUBLE)`, bins: 'lengths' };
      default:
        return unreachable(kind, 'kind of column');
    }
  });
  const names = new Set(kept.map(({ name }) => name));
  // a token has no language and no words
  const texts = kept
    .filter(({ spec }) => 'action' in spec && spec.action === redact.name)
    .flatMap(({ name }) => textViews(name));
  const owners = new Map(embeddingsOf(pipeline).flatMap((own) => own.columns.map((column) => [column, own.name])));
  const isPart = ({ column }: CleanColumnView): boolean => owners.has(column);
  const dates = kept.filter(({ kind }) => kind === 'datetime').map(({ name }) => name);
  return {
    watched: [
      labelView(pipeline),
      ...views.filter((view) => !isPart(view)),
      ...texts.filter(({ column }) => !names.has(column)),
    ],
    parts: views.filter(isPart),
    notWatched: [
      ...[...owners].map(([column, name]) => ({
        column,
        reason: `part of the embedding ${name}, which is watched as a whole`,
      })),
      ...(id === undefined ? [] : [{ column: id, reason: 'an id differs from row to row' }]),
      ...(time === undefined || names.has(time) ? [] : [{ column: time, reason: 'dates move with the calendar' }]),
      ...dates.map((column) => ({ column, reason: calendar })),
      ...Object.keys(columns)
        .filter((column) => !names.has(column))
        .map((column) => ({ column, reason: 'it is not kept with the clean rows' })),
    ],
  };
}
