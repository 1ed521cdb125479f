import { EvaluationError } from '#domain/errors';
import type { Baseline, Histogram, Window } from '#schemas/records/baseline';
import type { CaptureSketch } from '#schemas/records/capture-counts';

type Counts = CaptureSketch['columns'][number];
type Unread = CaptureSketch['unread'];

/** Most objects that a sketch, or a check, names. */
const NAMED = 20;

const emptyCounts = ({ counts }: Histogram): Counts => ({ counts: counts.map(() => 0), missing: 0 });
const noneUnread: Unread = { unusable: 0, damaged: 0, objects: 0, named: [] };

/** A sketch of no request, in the bins of a baseline. */
export const emptySketch = ({ columns, score }: Baseline): CaptureSketch => ({
  version: 1,
  rows: 0,
  captures: 0,
  columns: columns.map(emptyCounts),
  ...(score ? { score: emptyCounts(score) } : {}),
  unread: noneUnread,
});

/** The sketch of rows that were counted in the bins of a baseline. @param captures requests that the rows came in */
export const sketchOf = ({ rows, columns, score }: Window, captures: number): CaptureSketch => {
  const countsOf = ({ counts, missing }: Histogram): Counts => ({ counts, missing });
  return {
    version: 1,
    rows,
    captures,
    columns: columns.map(countsOf),
    ...(score ? { score: countsOf(score) } : {}),
    unread: noneUnread,
  };
};

/** What an object holds that could not be counted. @param object its name, which has no value of a row */
export function unreadOf(
  object: string,
  { unusable, damaged }: { readonly unusable: number; readonly damaged: number },
): Unread {
  return { unusable, damaged, objects: damaged > 0 ? 1 : 0, named: damaged > 0 ? [object] : [] };
}

const mergeUnread = (a: Unread, b: Unread): Unread => ({
  unusable: a.unusable + b.unusable,
  damaged: a.damaged + b.damaged,
  objects: a.objects + b.objects,
  named: [...a.named, ...b.named].toSorted().slice(0, NAMED),
});

/** A sketch with what could not be read besides. */
export const withUnread = (sketch: CaptureSketch, unread: Unread): CaptureSketch => ({
  ...sketch,
  unread: mergeUnread(sketch.unread, unread),
});

function addCounts(a: Counts, b: Counts | undefined): Counts {
  if (a.counts.length !== b?.counts.length) {
    throw new EvaluationError('the sketches differ in their bins: count the captures of a model against its baseline');
  }
  return { counts: a.counts.map((n, bin) => n + (b.counts[bin] as number)), missing: a.missing + b.missing };
}

/**
 * Adds sketches of one baseline, in any order.
 *
 * @throws EvaluationError when their columns or bins differ
 */
export function mergeSketches(a: CaptureSketch, b: CaptureSketch): CaptureSketch {
  if (a.columns.length !== b.columns.length || (a.score === undefined) !== (b.score === undefined)) {
    throw new EvaluationError(
      'the sketches differ in their columns: count the captures of a model against its baseline',
    );
  }
  return {
    version: 1,
    rows: a.rows + b.rows,
    captures: a.captures + b.captures,
    columns: a.columns.map((counts, i) => addCounts(counts, b.columns[i])),
    ...(a.score ? { score: addCounts(a.score, b.score) } : {}),
    unread: mergeUnread(a.unread, b.unread),
  };
}

/**
 * The window of a sketch: its counts, in the bins of the baseline that it was counted against.
 *
 * @throws EvaluationError when the sketch is of another baseline
 */
export function windowOf({ columns, score }: Baseline, sketch: CaptureSketch): Window {
  const merged = mergeSketches(emptySketch({ version: 1, rows: 0, columns, score }), sketch);
  const filled = <H extends Histogram>(histogram: H, counts: Counts | undefined): H => ({ ...histogram, ...counts });
  return {
    rows: merged.rows,
    columns: columns.map((histogram, i) => filled(histogram, merged.columns[i])),
    ...(score ? { score: filled(score, merged.score) } : {}),
  };
}
