import { shownList } from '#domain/data/shown';
import { EvaluationError, WrongTestError } from '#domain/errors';
import type { Judgement } from './answer.ts';
import { parsePredictions } from './predictions.ts';
import { type RowsRequest, resolveLines } from './request.ts';
import { failed, type ModelInputs, passed, type RawValue, type TestSession } from './session.ts';
import { shownAnswer } from './shown-answer.ts';

/** A column to change, and the values it takes; without them, the values that the training data had. */
export interface Change {
  readonly column: string;
  readonly values?: readonly RawValue[] | undefined;
}

/** Most rows that a test changes, and most values of a column: a golden file may have more. */
const mostRows = 50;
const mostValues = 50;
/** Characters of a request at most: far below the limits of every container. */
const longestRequest = 1_000_000;

/** The answers to the base rows, and to each of them with each value of the column in place of its own. */
export interface Varied<T extends Change = Change> {
  readonly change: T;
  readonly values: readonly RawValue[];
  /** One row of numbers for each base row. */
  readonly base: readonly (readonly number[])[];
  /** By base row and value: one row of numbers. */
  readonly changed: readonly (readonly (readonly number[])[])[];
}

/** A change with its values and the positions of the fields that follow from its column. */
interface Spliced<T extends Change> {
  readonly change: T;
  readonly values: readonly RawValue[];
  readonly at: readonly number[];
}

/** The line with the fields at some positions taken from another line. */
export function splice(line: string, from: string, at: readonly number[], delimiter: string): string {
  const fields = line.split(delimiter);
  const others = from.split(delimiter);
  for (const position of at) fields[position] = others[position] as string;
  return fields.join(delimiter);
}

/** Lines in groups that fit a request. A longer line is a group of its own. */
export function requestsOf(lines: readonly string[], most = longestRequest): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const line of lines) {
    room -= line.length + 1;
    if (room >= 0) groups.at(-1)?.push(line);
    else {
      groups.push([line]);
      room = most - line.length - 1;
    }
  }
  return groups;
}

/** The numbers of each line's answer, or the failure of the first request that got none. */
async function score(session: TestSession, lines: readonly string[]): Promise<number[][] | Judgement> {
  const rows: number[][] = [];
  for (const group of requestsOf(lines)) {
    const body = group.join('\n');
    const answer = await session.ask(body, 'text/csv');
    const problem = (text: string) => failed(`${text}; ${shownAnswer(answer, body)}`);
    if (answer.status !== 200) return problem(`status ${answer.status} instead of 200`);
    try {
      const numbers = parsePredictions(answer.body, 1);
      if (numbers.length % group.length !== 0) return problem(`${numbers.length} numbers for ${group.length} rows`);
      rows.push(...parsePredictions(answer.body, numbers.length / group.length));
    } catch (error) {
      if (error instanceof EvaluationError) return problem(error.message);
      throw error;
    }
  }
  return rows;
}

async function spliced<T extends Change>(
  changes: readonly T[],
  inputs: ModelInputs,
  session: TestSession,
): Promise<Spliced<T>[]> {
  const all: Spliced<T>[] = [];
  for (const [i, change] of changes.entries()) {
    const { column, values } = change;
    if (!inputs.columns.includes(column)) {
      throw new WrongTestError(
        `Column ${i + 1} of the test is no model input. The model reads ${shownList(inputs.columns, 50)}.`,
      );
    }
    const at = inputs.sources.flatMap((sources, position) => (sources.includes(column) ? [position] : []));
    if (inputs.sources.some((sources) => sources.length > 1 && sources.includes(column)))
      throw new WrongTestError(
        `${column} makes an input together with another column, so it cannot be changed alone: test a column without an interaction`,
      );
    // a column without a field carried no information in training: no value of it can change the answer
    const wanted = at.length === 0 ? [] : (values ?? (await session.observed(column)));
    if (at.length > 0 && wanted.length === 0)
      throw new WrongTestError(`no values of ${column} are kept with the model: give the test some`);
    all.push({ change, at, values: wanted.slice(0, mostValues) });
  }
  return all;
}

/** The declared columns that a test can change: those without a field, and those of which values are kept. */
export async function changeable<T extends { readonly column: string }>(
  declared: readonly T[],
  { sources }: ModelInputs,
  { observed }: TestSession,
): Promise<T[]> {
  const known: T[] = [];
  for (const one of declared) {
    if (!sources.flat().includes(one.column) || (await observed(one.column)).length > 0) known.push(one);
  }
  return known;
}

/**
 * The columns that a test names, or else those that the pipeline of the model declares.
 *
 * @param what the declaration, in a word
 * @returns a passed judgement when nothing is declared of the model
 * @throws WrongTestError when columns are named and no run is known that trained the model
 */
export async function planChanges<T extends Change>(
  named: readonly T[] | undefined,
  declared: (inputs: ModelInputs) => readonly T[],
  what: string,
  session: TestSession,
): Promise<{ readonly inputs: ModelInputs; readonly changes: readonly T[] } | Judgement> {
  const inputs = await session.inputs();
  if (inputs === undefined) {
    if (named === undefined) return passed('no run is known that trained this model, so nothing is declared of it');
    throw new WrongTestError('no run is known that trained this model, so its columns are not known');
  }
  const changes = named ?? (await changeable(declared(inputs), inputs, session));
  return changes.length === 0 ? passed(`the pipeline of this model declares no ${what} column`) : { inputs, changes };
}

/**
 * Changes one column of the base rows at a time. The change is made in the encoded line: the fields that follow from the column
 * are taken from a row that has the value and nothing else. So encoded golden rows can be changed as raw rows can.
 *
 * @returns what the endpoint answered by change, or the failure of a request
 * @throws WrongTestError when a column is no model input, or a base row has another number of fields
 */
export async function vary<T extends Change>(
  request: RowsRequest,
  changes: readonly T[],
  inputs: ModelInputs,
  session: TestSession,
): Promise<readonly Varied<T>[] | Judgement> {
  const { delimiter, sources } = inputs;
  const base = (await resolveLines(request, session)).slice(0, mostRows);
  const wide = base.findIndex((line) => line.split(delimiter).length !== sources.length);
  if (wide >= 0) throw new WrongTestError(`Row ${wide + 1} of the test has not the ${sources.length} model inputs.`);
  const all = await spliced(changes, inputs, session);
  const raw = all.flatMap(({ change, values }) => values.map((value) => ({ [change.column]: value })));
  const donors = raw.length === 0 ? [] : [...(await session.encode(raw))];
  const lines = all.map(({ values, at }) => {
    const own = donors.splice(0, values.length);
    return base.flatMap((line) => own.map((donor) => splice(line, donor, at, delimiter)));
  });
  const answers = await score(session, [...base, ...lines.flat()]);
  if ('passed' in answers) return answers;
  const own = answers.splice(0, base.length);
  return all.map(({ change, values }) => ({
    change,
    values,
    base: own,
    changed: own.map(() => answers.splice(0, values.length)),
  }));
}

/** Whether two numbers are within a tolerance: absolute up to 1, relative above; and by how much they differ on that scale. */
export const distance = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));
