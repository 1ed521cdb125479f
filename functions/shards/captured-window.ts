import type { WindowRows } from '#domain/drift/performance/estimate';
import type { Span } from '#domain/drift/windows/hours';
import {
  type Compared,
  earlierReference,
  referenceSpans,
  trainingReference,
  whyUncounted,
} from '#domain/drift/windows/reference';
import { emptySketch, windowOf } from '#domain/drift/windows/sketch';
import { scoresPerRow } from '#domain/evaluation/predictions';
import type { ObjectStore } from '#functions/ports/object-store';
import { readCountedWindow } from '#functions/shards/counted-captures';
import type { WatchedModel } from '#functions/shards/watched-model';
import type { Window } from '#schemas/records/baseline';
import type { CaptureSketch, CountedCaptures } from '#schemas/records/capture-counts';

/** The captured requests of a window, and what they are compared with. */
export interface CapturedWindow {
  readonly window: Window;
  readonly compared: Compared;
  readonly captures: number;
  readonly unread: CaptureSketch['unread'];
  /** A sample of the rows with the model's answers. */
  readonly answered: WindowRows;
  /** A sample of the earlier windows that it is compared with; absent where it is compared with the training rows. */
  readonly earlier?: WindowRows['inputs'];
}

/** Numbers per row. */
const shapeOf = (fitted: WatchedModel['fitted']) => ({
  width: fitted.features.length,
  perRow: scoresPerRow(fitted),
});

type Model = Pick<WatchedModel, 'baseline' | 'drift' | 'fitted'>;

/** The training rows, or earlier windows where they are configured and counted. A window that is too small is compared with nothing. */
async function findReference(
  artifacts: ObjectStore,
  counted: CountedCaptures,
  span: Span,
  { baseline, fitted, drift: { reference, minRows } }: Model,
): Promise<Pick<CapturedWindow, 'compared' | 'earlier'>> {
  if (reference.kind === 'training') return { compared: trainingReference(baseline) };
  const spans = referenceSpans(reference, span);
  const unknown = whyUncounted(spans, counted.since);
  if (unknown !== undefined) return { compared: trainingReference(baseline, unknown) };
  const { sketch, answered } = await readCountedWindow(artifacts, counted, spans, baseline, shapeOf(fitted));
  const compared = earlierReference(reference.kind, spans, windowOf(baseline, sketch), baseline, minRows);
  return { compared, ...(compared.reference.kind === 'training' ? {} : { earlier: answered.inputs }) };
}

/**
 * Merges what was counted of the captures of a window.
 *
 * @param counted of the model in service; undefined for a model that took over during the check: its window is empty
 */
export async function measureCaptures(
  artifacts: ObjectStore,
  counted: CountedCaptures | undefined,
  span: Span,
  model: Model,
): Promise<CapturedWindow> {
  const { baseline, drift, fitted } = model;
  const shape = shapeOf(fitted);
  const none = { inputs: { rows: 0, width: shape.width, values: new Float64Array(0) }, scores: new Float64Array(0) };
  const { sketch, answered } = counted
    ? await readCountedWindow(artifacts, counted, [span], baseline, shape)
    : { sketch: emptySketch(baseline), answered: none };
  const isJudged = counted && sketch.rows >= Math.max(drift.minRows, 1);
  const found = isJudged
    ? await findReference(artifacts, counted, span, model)
    : { compared: trainingReference(baseline) };
  return { ...found, window: windowOf(baseline, sketch), captures: sketch.captures, unread: sketch.unread, answered };
}
