import type { ColumnSource } from '#domain/data/column-spec';
import type { DatasetSettings } from '#domain/data/settings';

/** Where a column of the pipeline is found in a file; by its own name where the pipeline says nothing else. */
export function sourceOf(
  { columns, label, from = {} }: Pick<DatasetSettings, 'columns' | 'label' | 'from'>,
  name: string,
): ColumnSource {
  if (name === label.column) return label.from ?? name;
  const spec = Object.hasOwn(columns, name) ? columns[name] : undefined;
  const own = Object.hasOwn(from, name) ? from[name] : undefined;
  return spec?.from ?? own ?? name;
}

/** The name of a column in files that name their columns. */
export function sourceName(dataset: Pick<DatasetSettings, 'columns' | 'label' | 'from'>, name: string): string {
  const source = sourceOf(dataset, name);
  return typeof source === 'string' ? source : name;
}
