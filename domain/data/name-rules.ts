import { sourceOf } from '#domain/data/column-source';
import type { ColumnSource } from '#domain/data/column-spec';
import { expectedColumns } from '#domain/data/columns';
import type { DatasetSettings } from '#domain/data/settings';
import type { Issue } from '#domain/issue';

/** Names that the rows have for themselves on their way from the file to the model. */
const reserved = [
  '_row',
  '_side',
  '_label',
  '_id',
  '_time',
  '_line',
  '_json',
  '_unreadable',
  '_problem',
  '_group',
  '_key',
  '_inputs',
  '_group_text',
  '_group_token',
  '_comparable',
  '_ordinal',
  '_dealt',
  '_hash',
  '_other_label',
  'file_row_number',
];

/** Whether the rows have a name for themselves. While a token key is replaced, tokens under the previous one have such names too. */
export function isReservedName(name: string): boolean {
  const own = name.toLowerCase();
  return reserved.includes(own) || own.startsWith('_previous_');
}

/** Column names must be apart by more than case (SQL's are not) and unreserved. */
function checkOwnNames({ columns }: DatasetSettings, issue: Issue): void {
  const byLowerCase = new Map<string, string>();
  for (const name of Object.keys(columns)) {
    const path = ['dataset', 'columns', name];
    const same = byLowerCase.get(name.toLowerCase());
    if (same !== undefined)
      issue(path, `differs from "${same}" only in upper and lower case; choose another name and add from: ${name}`);
    byLowerCase.set(name.toLowerCase(), name);
    if (isReservedName(name))
      issue(path, `reserved; choose a name other than ${reserved.join(', ')}, and add from: ${name}`);
  }
}

/** The place of a column's source in the pipeline's file. */
function pathOfSource({ columns, label }: DatasetSettings, name: string): (string | number)[] {
  if (name === label.column) return ['dataset', 'label', 'from'];
  return Object.hasOwn(columns, name) ? ['dataset', 'columns', name, 'from'] : ['dataset', 'from', name];
}

const keyOf = (source: ColumnSource): string => JSON.stringify(source);

/** Each column comes from a place of its own, and one that the format has. */
function checkSources(dataset: DatasetSettings, issue: Issue): void {
  const { format, csv } = dataset;
  const taken = new Map<string, string>();
  const names = new Set(expectedColumns({ dataset }));
  for (const name of names) {
    const source = sourceOf(dataset, name);
    const path = pathOfSource(dataset, name);
    const other = taken.get(keyOf(source));
    if (other !== undefined) issue(path, `"${other}" is found in the same place`);
    else if (typeof source === 'string' && source !== name && names.has(source))
      issue(path, `"${source}" is the name of another column here, and rows to predict may have either name`);
    taken.set(keyOf(source), name);
    if (format === 'jsonl' && typeof source === 'object')
      issue(path, 'keys of JSON objects have no positions; write the key');
    if (format !== 'csv' || csv.header || csv.names === undefined) continue;
    if (typeof source === 'string' ? !csv.names.includes(source) : source.position > csv.names.length)
      issue(
        ['dataset', 'csv', 'names'],
        `${typeof source === 'string' ? `"${source}"` : `position ${source.position}`} is not among csv.names`,
      );
  }
}

/** Rules for the names of columns. */
export function checkNames(dataset: DatasetSettings, issue: Issue): void {
  const { format, csv, id, time, from = {} } = dataset;
  if (format === 'csv' && !csv.header && !csv.names) {
    issue(['dataset', 'csv', 'names'], 'a file without a header needs csv.names');
  }
  checkOwnNames(dataset, issue);
  checkSources(dataset, issue);
  for (const name of Object.keys(from)) {
    if (name === id || (name === time && !Object.hasOwn(dataset.columns, name))) continue;
    issue(['dataset', 'from', name], 'neither the id nor the time; a column and the label have a from of their own');
  }
}
