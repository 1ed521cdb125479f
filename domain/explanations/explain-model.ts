import type { FeatureMatrix } from '#domain/drift/columns';
import type { TreeModel } from '#domain/trees/tree-model';
import type { Explained, ExplainedCase, Explanation } from '#schemas/records/explanation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { createExplainer, type Explainer, type RowExplanation } from './explainer.ts';

/** Rows that are explained, at most; and how many nodes of trees all of them may cross together, which bounds the time to seconds. */
const mostRows = 500;
const mostNodes = 12_000_000;
/** Nodes of a model that is explained: larger ones take seconds a row. */
export const mostModelNodes = 2_000_000;
/** Rows and columns whose contributions are drawn one by one. */
const drawnRows = 200;
const drawnColumns = 12;
/** Contributions of a case that are listed. */
const listedParts = 7;
const typicalCases = 10;
const extremeCases = 5;

interface ExplainedRow extends RowExplanation {
  readonly row: ArrayLike<number>;
  /** The class that is answered, or 0. */
  readonly group: number;
}

export const nodesOf = ({ trees }: TreeModel): number => trees.reduce((sum, { left }) => sum + left.length, 0);

/** Five significant digits: what a plot shows. */
const short = (value: number): number => Number(value.toPrecision(5));

/** Rows at equal distances. */
function sampleRows({ rows, width, values }: FeatureMatrix, wanted: number): Float64Array[] {
  const count = Math.min(rows, wanted);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * rows) / count);
    return values.subarray(row * width, (row + 1) * width);
  });
}

const answered = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** The share of the rows that have less, by row; null where a row has nothing to order by. */
function ranksOf(order: readonly (number | undefined)[]): (number | null)[] {
  const sorted = order.filter((value) => value !== undefined).sort((a, b) => a - b);
  const below = new Map<number, number>();
  for (const [i, value] of sorted.entries()) if (!below.has(value)) below.set(value, i);
  const last = Math.max(1, sorted.length - 1);
  return order.map((value) => (value === undefined ? null : short((below.get(value) as number) / last)));
}

function describeCase(
  { columns }: Explainer,
  { row, scores, groups, group }: ExplainedRow,
  kind: ExplainedCase['kind'],
  classes: readonly string[],
): ExplainedCase {
  const { expected, parts } = groups[group] as RowExplanation['groups'][number];
  const ranked = parts
    .map((part, i) => ({ column: columns[i] as Explainer['columns'][number], part }))
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
  const rest = ranked.slice(listedParts);
  return {
    kind,
    score: short(scores[group] as number),
    ...(classes.length > 0 ? { class: classes[group] as string } : {}),
    expected: short(expected),
    contributions: ranked.slice(0, listedParts).map(({ column, part }) => {
      const value = column.valueOf(row);
      return {
        column: column.column,
        ...(value === undefined ? {} : { value: typeof value === 'number' ? short(value) : value }),
        part: short(part),
      };
    }),
    others: { columns: rest.length, part: short(rest.reduce((sum, { part }) => sum + part, 0)) },
  };
}

/** Rows with the lowest and the highest answers, and rows at equal steps between them; no row twice. */
function pickCases(explainer: Explainer, rows: readonly ExplainedRow[], classes: readonly string[]): ExplainedCase[] {
  const answer = ({ scores, group }: ExplainedRow) => scores[group] as number;
  const sorted = [...rows].sort((a, b) => answer(a) - answer(b));
  const ends = Math.min(extremeCases, Math.floor(sorted.length / 3));
  const middle = sorted.slice(ends, sorted.length - ends);
  const steps = Math.min(typicalCases, middle.length);
  const typical = Array.from(
    { length: steps },
    (_, i) => middle[Math.floor(((i + 0.5) * middle.length) / steps)] as ExplainedRow,
  );
  const described = (own: readonly ExplainedRow[], kind: ExplainedCase['kind']) =>
    own.map((row) => describeCase(explainer, row, kind, classes));
  return [
    ...described(typical, 'typical'),
    ...described(sorted.slice(0, ends), 'lowest'),
    ...described(sorted.slice(sorted.length - ends).reverse(), 'highest'),
  ];
}

function pointsOf(
  { columns }: Explainer,
  rows: readonly ExplainedRow[],
  shown: readonly number[],
): Explained['points'] {
  const drawn = rows.slice(0, drawnRows);
  return shown.map((at) => {
    const column = columns[at] as Explainer['columns'][number];
    return {
      column: column.column,
      parts: drawn.map(({ groups: [only] }) => short(only?.parts[at] as number)),
      values: drawn.map(({ row }) => {
        const value = column.valueOf(row) ?? null;
        return typeof value === 'number' ? short(value) : value;
      }),
      ranks: ranksOf(drawn.map(({ row }) => column.orderOf(row))),
    };
  });
}

/**
 * Why a model answers what it does: what each column contributes, on rows of the holdout at equal distances.
 *
 * @param inputs model inputs of holdout rows, in the order of the transform's features
 */
export function explainModel(
  fitted: Pick<FittedTransform, 'features' | 'balance' | 'task' | 'label'>,
  model: TreeModel,
  inputs: FeatureMatrix,
): Explanation {
  const nodes = nodesOf(model);
  if (nodes > mostModelNodes)
    return { version: 1, status: 'unexplained', reason: `its trees have ${nodes} nodes, more than ${mostModelNodes}` };
  if (inputs.rows === 0) return { version: 1, status: 'unexplained', reason: 'the holdout has no rows' };
  const explainer = createExplainer(fitted, model);
  const wanted = Math.max(20, Math.min(mostRows, Math.floor(mostNodes / Math.max(1, nodes))));
  const classes = fitted.task === 'multiclass' ? fitted.label.classes : [];
  const rows = sampleRows(inputs, wanted).map((row): ExplainedRow => {
    const explained = explainer.explain(row);
    return { ...explained, row, group: answered(explained.scores) };
  });
  const means = explainer.columns.map(({ column }, at) => ({
    at,
    column,
    mean: model.base.map(
      (_, group) =>
        rows.reduce((sum, { groups }) => sum + Math.abs(groups[group]?.parts[at] as number), 0) / rows.length,
    ),
  }));
  const total = ({ mean }: { readonly mean: readonly number[] }): number => mean.reduce((sum, own) => sum + own, 0);
  const ranked = means.sort((a, b) => total(b) - total(a) || a.at - b.at);
  return {
    version: 1,
    status: 'explained',
    unit: explainer.unit,
    rows: rows.length,
    holdoutRows: inputs.rows,
    classes: [...classes],
    columns: ranked.map(({ column, mean }) => ({ column, mean: mean.map(short) })),
    points:
      classes.length > 0
        ? []
        : pointsOf(
            explainer,
            rows,
            ranked.slice(0, drawnColumns).map(({ at }) => at),
          ),
    cases: pickCases(explainer, rows, classes),
  };
}
