import { readSketchKey, type SketchName } from './layout.ts';

/** Sketches that an hour may have before the next count merges them. */
const MOST_SKETCHES = 4;

/** Sketches to be merged into one of their hour. */
export interface HourToMerge {
  readonly hour: string;
  readonly sketches: readonly SketchName[];
}

/**
 * The sketches that tell an hour up to a count: the newest merged one, and those since. A merged sketch has all of its hour of the counts
 * before its own, whatever lies beside it.
 *
 * @param names below `sketches`, in any order
 * @param count later ones are passed over: a later count changes nothing of what a check reads
 */
export function currentSketches(names: readonly string[], count: number): Map<string, readonly SketchName[]> {
  const found = names.flatMap((name) => readSketchKey(name) ?? []).filter((own) => own.count <= count);
  return new Map(
    [...Map.groupBy(found, ({ hour }) => hour)].map(([hour, sketches]) => {
      const merged = Math.max(...sketches.map((own) => (own.batch === 'merged' ? own.count : 0)));
      const isCurrent = (own: SketchName): boolean =>
        own.batch === 'merged' ? own.count === merged : own.count >= merged;
      return [hour, sketches.filter(isCurrent)] as const;
    }),
  );
}

/**
 * The hours that a count merges: those with more sketches than a few.
 *
 * @param count the last one that is done
 */
export const hoursToMerge = (names: readonly string[], count: number): HourToMerge[] =>
  [...currentSketches(names, count)]
    .filter(([, sketches]) => sketches.length > MOST_SKETCHES)
    .map(([hour, sketches]) => ({ hour, sketches }));
