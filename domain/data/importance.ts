import type { ModelInput } from '#domain/algorithms/algorithm';
import { encodeCsv, sourceColumns } from '#domain/data/transform';
import { text } from '#domain/sql/literals';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** The cells that the rows for permutation importance have at most, so that scoring them stays cheap: about 200 MB of CSV. */
const mostCells = 40_000_000;
/** With fewer rows in a block, chance would look like importance. */
const leastRows = 200;

/** What permutation importance is measured on. */
export interface PermutationPlan {
  /** Rows of each block. */
  readonly rows: number;
  /** The columns that are permuted, each in a block of its own, in the order of the model inputs. */
  readonly columns: readonly string[];
}

/**
 * Chooses rows and columns for permutation importance. Each column takes a block of rows of all model inputs, so with many columns the
 * cells grow with the square of the columns: then a block has fewer rows, and last, only the columns that say most alone are measured.
 *
 * @param sampled the rows of the holdout sample
 * @param skills what each column alone says about the label; columns without a figure come last
 */
export function planPermutations(
  fitted: FittedTransform,
  sampled: number,
  skills: ReadonlyMap<string, number>,
  most: number = mostCells,
): PermutationPlan {
  const all = sourceColumns(fitted);
  const perRow = most / Math.max(1, fitted.features.length);
  const rows = Math.min(sampled, Math.max(leastRows, Math.floor(perRow / (all.length + 1))));
  const count = Math.max(1, Math.floor(perRow / Math.max(1, rows)) - 1);
  if (count >= all.length) return { rows, columns: all };
  const skill = (column: string) => skills.get(column) ?? Number.NEGATIVE_INFINITY;
  const best = new Set(all.toSorted((a, b) => (skill(a) === skill(b) ? 0 : skill(b) - skill(a))).slice(0, count));
  return { rows, columns: all.filter((column) => best.has(column)) };
}

/** SQL of the first rows of the holdout sample, encoded once for all blocks: `_ordinal` from 1, `_label`, then `x0` … the CSV fields. */
export function unpermutedSql(fitted: FittedTransform, input: ModelInput, rows: number, sample: string): string {
  const { inputs, from } = encodeCsv(fitted, `(SELECT * FROM ${sample} ORDER BY _hash LIMIT ${rows})`, input);
  const fields = inputs.map((sql, i) => `${sql} AS x${i}`);
  return `SELECT row_number() OVER (ORDER BY _hash) AS _ordinal, _label, ${fields.join(', ')} FROM ${from}`;
}

/** SQL of one row, `dealt`: for each row, in order, the row (from 1) whose value of the column it gets. Deterministic by seed. */
export const dealtSql = (column: string, seed: string, unpermuted: string): string =>
  `SELECT list(_ordinal ORDER BY md5(${text(`${seed}:${column}:`)} || _ordinal), _ordinal)::VARCHAR AS dealt FROM ${unpermuted}`;

/** SQL of the index of all blocks, in their order: `_label`, `block` (0 is unchanged) and `column` (NULL in block 0). */
export function permutedLabelsSql(columns: readonly string[], unpermuted: string): string {
  const names = ['NULL', ...columns.map(text)];
  const blocks = `SELECT unnest(range(${names.length}))::INTEGER AS block, unnest([${names.join(', ')}])::VARCHAR AS "column"`;
  return `SELECT _label, block, "column" FROM ${unpermuted}, (${blocks}) ORDER BY block, _ordinal`;
}

/** CSV lines without quotes, with the places where their fields start. */
export interface SplitLines {
  readonly lines: readonly string[];
  /** For each line: the start of each field, and of the one that would come after the last. */
  readonly starts: readonly Int32Array[];
}

/** Finds the fields of CSV lines without quotes. @param delimiter one character */
export function splitLines(lines: readonly string[], delimiter: string): SplitLines {
  const starts = lines.map((line) => {
    const found = [0];
    for (let at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + 1)) found.push(at + 1);
    return Int32Array.from([...found, line.length + 1]);
  });
  return { lines, starts };
}

/** Runs of numbers that follow one another, as [first, after the last]. @param numbers rising */
function runsOf(numbers: readonly number[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === n) last[1] = n + 1;
    else runs.push([n, n + 1]);
  }
  return runs;
}

/**
 * One block of the rows for permutation importance (Breiman 2001): each line with some of its fields taken from another one.
 *
 * @param fields positions of these fields, rising
 * @param dealt for each line the position of the line that they are taken from
 */
export function permuteFields(
  { lines, starts }: SplitLines,
  fields: readonly number[],
  dealt: readonly number[],
): string[] {
  const runs = runsOf(fields);
  return lines.map((line, row) => {
    const [other, own, others] = [lines[dealt[row] ?? row] ?? '', starts[row], starts[dealt[row] ?? row]];
    let [result, from] = ['', 0];
    for (const [first, end] of runs) {
      result += line.slice(from, own?.[first]) + other.slice(others?.[first], (others?.[end] ?? 0) - 1);
      from = (own?.[end] ?? 0) - 1;
    }
    return result + line.slice(from);
  });
}
