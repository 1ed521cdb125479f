import { leastComparable } from '#domain/evaluation/compare';

/** The holdout of a run, row by row. */
export interface HoldoutRows {
  readonly runId: string;
  readonly datasetVersion: string;
  /** The rule that divided the rows, as JSON. */
  readonly rule: string;
  /** Binary and multiclass: class numbers; regression: the target. */
  readonly labels: Float64Array;
  /** Tokens of the row ids; null where the pipeline names no id. */
  readonly ids: readonly (string | null)[];
}

/** The same holdout rows of several runs, or why there are none. */
export type SharedRows =
  /** By run, the positions of the shared rows in its holdout: the n-th of each run is the same row. */
  { readonly positions: readonly (readonly number[])[] } | { readonly reason: string };

/** The positions of rows by their ids; undefined where a row has no id of its own. */
function positionsById({ ids }: HoldoutRows): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [row, id] of ids.entries()) {
    if (id === null || found.has(id)) return undefined;
    found.set(id, row);
  }
  return found;
}

/** Rows with the same id and label in every holdout, in the order of the first. */
function matchIds(holdouts: readonly HoldoutRows[], byId: readonly ReadonlyMap<string, number>[]): number[][] {
  const positions = holdouts.map((): number[] => []);
  for (const id of byId[0]?.keys() ?? []) {
    const rows = byId.map((own) => own.get(id));
    const labels = holdouts.map(({ labels: own }, i) => own[rows[i] ?? -1]);
    // undefined where a holdout lacks the row
    if (labels.some((label) => label === undefined || label !== labels[0])) continue;
    for (const [i, row] of rows.entries()) positions[i]?.push(row as number);
  }
  return positions;
}

/** Whether two holdouts are of the same data, divided by the same rule. Their rows are then in the same order. */
const isSame = (one: HoldoutRows, other: HoldoutRows): boolean =>
  one.datasetVersion === other.datasetVersion &&
  one.rule === other.rule &&
  one.labels.length === other.labels.length &&
  one.labels.every((label, row) => label === other.labels[row]);

/**
 * Finds the rows that the holdouts of all runs have: by their ids where each row has one, else the whole holdout where all runs divided
 * the same data by the same rule. No model was trained on such a row.
 *
 * @param holdouts at least one
 * @param classes the number of classes; undefined for regression
 */
export function sharedRows(holdouts: readonly HoldoutRows[], classes?: number): SharedRows {
  const empty = holdouts.find(({ labels }) => labels.length === 0);
  if (empty) return { reason: `the holdout of run ${empty.runId} is not kept any more` };
  const [first] = holdouts as [HoldoutRows];
  const byId = holdouts.flatMap((own) => positionsById(own) ?? []);
  const every = first.labels.length;
  const positions =
    byId.length === holdouts.length
      ? matchIds(holdouts, byId)
      : holdouts.every((own) => isSame(first, own))
        ? holdouts.map(() => Array.from({ length: every }, (_, row) => row))
        : undefined;
  if (positions === undefined)
    return { reason: 'the runs have different data or splits, and the rows have no id to tell which are the same' };
  const rows = positions[0] as number[];
  const { rows: least, ofClass } = leastComparable;
  const shared = `the holdouts have ${rows.length} rows in common`;
  if (rows.length < least) return { reason: `${shared}: at least ${least} are needed` };
  const counts = Array.from({ length: classes ?? 0 }, (_, c) => rows.filter((row) => first.labels[row] === c).length);
  if (counts.some((count) => count < ofClass))
    return { reason: `${shared}, but not ${ofClass} of each class, which are needed` };
  return { positions };
}
