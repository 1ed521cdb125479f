import { unreachable } from '#domain/unreachable';
import type { Baseline, Window } from '#schemas/records/baseline';
import type { DriftReference } from '#schemas/records/drift-check';
import { hourStart, lengthHours, type Span } from './hours.ts';
import type { ReferenceSettings } from './settings.ts';

/**
 * The earlier windows that a window is compared with, the newest first; none for the training rows.
 *
 * @param window that starts at a full hour, or with the promotion of the model
 */
export function referenceSpans(reference: ReferenceSettings, window: Span): Span[] {
  switch (reference.kind) {
    case 'training':
      return [];
    case 'rolling': {
      const to = hourStart(window.from);
      return [{ from: hourStart(to, -lengthHours(reference.length)), to }];
    }
    case 'season': {
      const hours = lengthHours(reference.period);
      const ago = (instant: string, periods: number): string =>
        new Date(Date.parse(instant) - periods * hours * 3_600_000).toISOString();
      return Array.from({ length: reference.periods }, (_, i) => ({
        from: hourStart(ago(window.from, i + 1)),
        to: ago(window.to, i + 1),
      }));
    }
    default:
      return unreachable(reference, 'reference of a drift check');
  }
}

/**
 * Why earlier windows cannot be compared with; undefined when they can. All their hours have to be counted: a reference that grew from
 * check to check would mean something else each time.
 *
 * @param since the first instant that is counted: the promotion of the model, or when counting began (ISO 8601)
 */
export function whyUncounted(spans: readonly Span[], since: string): string | undefined {
  const first = spans.at(-1)?.from;
  return first === undefined || Date.parse(first) >= Date.parse(since)
    ? undefined
    : `the reference begins at ${first}, and the requests of this model are counted since ${since}`;
}

/** What a window is compared with, and how a check tells of it. */
export interface Compared {
  readonly baseline: Baseline;
  readonly reference: DriftReference;
}

/** The training rows as the reference of a check. @param fellBack why no earlier windows are compared with */
export const trainingReference = (baseline: Baseline, fellBack?: string): Compared => ({
  baseline,
  reference: { kind: 'training', rows: baseline.rows, ...(fellBack === undefined ? {} : { fellBack }) },
});

/**
 * Earlier windows as the reference of a check, in the bins of the baseline: their rows count for the significance as the baseline's do.
 * With fewer rows than a window needs to be judged, the check falls back to the training rows.
 */
export function earlierReference(
  kind: 'rolling' | 'season',
  spans: readonly Span[],
  earlier: Window,
  baseline: Baseline,
  minRows: number,
): Compared {
  if (earlier.rows < Math.max(minRows, 1)) {
    return trainingReference(baseline, `the reference has ${earlier.rows} rows, fewer than drift.minRows`);
  }
  const [newest, oldest] = [spans[0] as Span, spans.at(-1) as Span];
  return {
    baseline: { ...earlier, version: 1 },
    reference: { kind, rows: earlier.rows, from: oldest.from, to: newest.to },
  };
}
