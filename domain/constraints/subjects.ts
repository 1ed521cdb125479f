import { nearestName } from 'located-yaml/nearest-name';
import { cleanColumns } from '#domain/data/columns';
import { labelClasses } from '#domain/data/label';
import type { DataSettings } from '#domain/data/settings';
import { shownList } from '#domain/data/shown';
import { ident } from '#domain/sql/literals';
import type { CleanKind } from '#schemas/records/profile';
import type { ConstrainedData, SettingProblem, Subject } from './constraint.ts';

/** Actions whose result tells different values apart. */
const faithfulActions: readonly unknown[] = ['tokenize'];

/** The columns that constraints may name: the clean columns, the id (its token) and the time. */
function subjectsOf(pipeline: Pick<DataSettings, 'dataset'>): Map<string, Subject> {
  const { id, time } = pipeline.dataset;
  const reserved = (name: string | undefined, kind: CleanKind, sql: string): [string, Subject][] =>
    name === undefined ? [] : [[name, { name, kind, sql, faithful: true, isInput: false }]];
  const columns = cleanColumns(pipeline).map(({ name, kind, spec, feature }): [string, Subject] => {
    const faithful = 'action' in spec ? faithfulActions.includes(spec['action']) : true;
    return [name, { name, kind, sql: ident(name), faithful, isInput: feature !== undefined }];
  });
  return new Map([...reserved(time, 'datetime', '_time'), ...reserved(id, 'text', '_id'), ...columns]);
}

/** What the constraints of a pipeline may name. */
export const constrainedData = (pipeline: Pick<DataSettings, 'dataset' | 'evaluation'>): ConstrainedData => ({
  pipeline,
  subjects: subjectsOf(pipeline),
  classes: labelClasses(pipeline),
});

/** A column that is known to exist: the pipeline was checked when it was read. @throws TypeError when it does not */
export function subjectNamed({ subjects }: ConstrainedData, name: string): Subject {
  const subject = subjects.get(name);
  if (subject) return subject;
  throw new TypeError(`A constraint names the column ${name}, which the clean rows do not have.`);
}

const plural: Readonly<Record<CleanKind, string>> = {
  number: 'numbers',
  datetime: 'times',
  boolean: 'true or false',
  category: 'categories',
  text: 'text that is no model input',
};

/** Why a constraint cannot be on a column; empty when it can. */
export function columnProblems(
  { pipeline, subjects }: ConstrainedData,
  name: string,
  check: string,
  kinds?: readonly CleanKind[],
): SettingProblem[] {
  const problem = (message: string): SettingProblem[] => [{ setting: 'column', message }];
  const { columns, label } = pipeline.dataset;
  const subject = subjects.get(name);
  if (subject) {
    if (kinds === undefined || kinds.includes(subject.kind)) return [];
    const suitable = kinds.map((kind) => plural[kind]).join(', ');
    return problem(`"${name}" holds ${plural[subject.kind]}; check: ${check} is for columns of ${suitable}`);
  }
  if (name === label.column) return problem(`"${name}" is the label; for it there is check: label`);
  const names = [...subjects.keys()];
  if (columns[name])
    return problem(`"${name}" is not kept, so nothing of it can be checked; kept: ${shownList(names)}`);
  const near = nearestName(name, names);
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  return problem(`there is no column "${name}"${meant === '' ? `; known: ${shownList(names)}` : meant}`);
}
