import type { SliceGroups } from '#schemas/records/golden';

/** Groups of a slice column at most, the most frequent: the others are in none. */
const MOST_GROUPS = 20;

/** The values of a slice column, by row; null is missing. */
export interface SliceColumn {
  readonly column: string;
  readonly values: readonly (string | null)[];
}

/** The groups of slice columns: their most frequent values, those of the same count in the order of their characters. */
export const groupsOf = (columns: readonly SliceColumn[]): SliceGroups[] =>
  columns.map(({ column, values }) => {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    const frequent = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, MOST_GROUPS);
    return { column, values: frequent.map(([value]) => value) };
  });

/** The group of each value: its place among those of the column, -1 for none. */
export function placesOf({ values }: SliceGroups, given: readonly (string | null | undefined)[]): number[] {
  const places = new Map(values.map((value, place) => [value, place]));
  return given.map((value) => (typeof value === 'string' ? (places.get(value) ?? -1) : -1));
}
