import { type CleanColumn, featureColumns } from '#domain/data/columns';
import type { DataSettings } from '#domain/data/settings';
import type { Issue } from '#domain/issue';

/** Fewer columns are no embedding. */
const LEAST_COLUMNS = 2;

/** An embedding with its columns. */
export interface Embedding {
  readonly name: string;
  readonly columns: readonly string[];
}

const matches = (pattern: string, name: string): boolean => {
  const [start = '', end = ''] = pattern.split('*');
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
};

const isPart = ({ kind }: CleanColumn): boolean => kind === 'number';

/** The embeddings of a pipeline with those of their columns that are model inputs, in the order of the pipeline's file. */
export function embeddingsOf(pipeline: Pick<DataSettings, 'dataset'>): Embedding[] {
  const numbers = featureColumns(pipeline).filter(isPart);
  return Object.entries(pipeline.dataset.embeddings).map(([name, pattern]) => ({
    name,
    columns: numbers.flatMap((column) => (matches(pattern, column.name) ? [column.name] : [])),
  }));
}

/** Reports embeddings that have too few columns, columns that are none, and names that mean two things. */
export function checkEmbeddings({ dataset }: Pick<DataSettings, 'dataset'>, issue: Issue): void {
  const numbers = new Set(
    featureColumns({ dataset })
      .filter(isPart)
      .map(({ name }) => name),
  );
  const owners = new Map<string, string>();
  const taken = new Set([dataset.label.column, dataset.id, dataset.time, ...Object.keys(dataset.columns)]);
  for (const [name, pattern] of Object.entries(dataset.embeddings)) {
    const path = ['dataset', 'embeddings', name];
    const found = Object.keys(dataset.columns).filter((column) => matches(pattern, column));
    const stranger = found.find((column) => !numbers.has(column));
    const shared = found.find((column) => owners.has(column));
    if (taken.has(name)) issue(path, 'a column has this name: choose another one');
    else if (found.length < LEAST_COLUMNS)
      issue(path, `${pattern} names ${found.length} columns of dataset.columns, and an embedding has at least two`);
    else if (stranger !== undefined)
      issue(path, `"${stranger}" is no number that is a model input: choose a pattern that leaves it out`);
    else if (shared !== undefined)
      issue(path, `"${shared}" is part of ${owners.get(shared)} already: choose patterns without a common column`);
    for (const column of found) owners.set(column, name);
  }
}
