import { chiSquareTail } from '#domain/drift/distributions';
import { benjaminiHochberg } from '#domain/drift/significance';
import { toEstimate } from '#domain/evaluation/bootstrap';
import { formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { LabelMeasure } from '#schemas/records/label-window';
import { type LabelCheck, type LabelComparison, type LabelledSample, notMeasured } from './label-check.ts';
import { drawSample, type Loss, lossBetween } from './loss.ts';

/** A slice with fewer rows, on either side, is not judged. */
const LEAST_ROWS = 30;
/** Resamples for a slice: its interval needs fewer than the metric of the whole. */
const RESAMPLES = 200;

interface MeasuredSlice {
  readonly measure: LabelMeasure & { readonly group: NonNullable<LabelMeasure['group']> };
  readonly loss: Loss;
  readonly p: number;
}

function rowsOfGroup({ groups }: LabelledSample, column: string, group: number): Uint32Array {
  const own = groups.get(column) ?? new Int32Array(0);
  return Uint32Array.from([...own.keys()].filter((row) => own[row] === group));
}

function measureSlice(comparison: LabelComparison, column: string, group: number): MeasuredSlice[] {
  const { metric, window, holdout, bootstrap } = comparison;
  const [now, before] = [rowsOfGroup(window, column, group), rowsOfGroup(holdout, column, group)];
  if (now.length < LEAST_ROWS || before.length < LEAST_ROWS) return [];
  const resamples = Math.min(bootstrap.resamples, RESAMPLES);
  const own = drawSample(comparison, window, [metric], { rows: now, resamples }).get(metric);
  const known = drawSample(comparison, holdout, [metric], { rows: before, resamples, seed: bootstrap.seed + 1 }).get(
    metric,
  );
  const loss = own && known && lossBetween(metric, own, known);
  if (!own || !known || !loss) return [];
  // one-sided: half of the two-sided tail, or all but half of it
  const tail = loss.deviation === 0 ? 1 : chiSquareTail((loss.lost / loss.deviation) ** 2, 1) / 2;
  const p = loss.lost > 0 ? tail : 1 - tail;
  const { value, low, high } = toEstimate(own);
  const measure = {
    name: metric,
    value,
    low,
    high,
    holdout: known.value,
    p,
    rows: now.length,
    group: { column, group },
  };
  return [{ measure, loss, p }];
}

/** Whether the model got worse for some of the rows: bias drift. */
export const slices = {
  name: 'slices',
  label: 'Slices',
  summary:
    'Whether the metric that is judged is worse than on the holdout in a group of a slice column: bias that came after the training.',
  source: 'the bootstrap of each group on both sides; one-sided normal test, Benjamini & Hochberg 1995 over all groups',
  measure(comparison) {
    const { slices: columns, window, holdout, maxDrop, falseAlarmRate } = comparison;
    if (columns.length === 0)
      return notMeasured('slices', 'not measured: the pipeline has no slice columns, or the run kept none of them');
    const known = columns.filter(({ column }) => window.groups.has(column) && holdout.groups.has(column));
    if (known.length === 0) {
      return notMeasured(
        'slices',
        `not measured: no request named its slices (${columns.map(({ column }) => column).join(', ')}). Send them with the rows: the log keeps their groups, and the model does not read them`,
      );
    }
    const measured = known.flatMap(({ column, groups }) =>
      Array.from({ length: groups }, (_, group) => measureSlice(comparison, column, group)).flat(),
    );
    if (measured.length === 0) {
      return notMeasured(
        'slices',
        `not measured: no group has ${LEAST_ROWS} rows with labels in which the metric is defined, here and on the holdout`,
      );
    }
    const bound = benjaminiHochberg(
      measured.map(({ p }) => p),
      falseAlarmRate,
    );
    const judged = measured.map(({ measure, loss, p }) => ({
      loss,
      measure: { ...measure, changed: p <= bound && loss.share > maxDrop },
    }));
    const worse = judged.filter(({ measure }) => measure.changed).toSorted((a, b) => b.loss.share - a.loss.share);
    const [worst] = worse;
    const names = [...new Set(worse.map(({ measure }) => measure.group.column))].join(', ');
    return {
      check: 'slices',
      severity: worst ? 'warning' : 'none',
      measured: true,
      reason: worst
        ? `${worse.length} of ${counted(judged.length, 'slice')} got worse than on the holdout (${names}), the worst by ${formatPercent(worst.loss.share)} of ${comparison.metric}`
        : `none of ${counted(judged.length, 'slice')} got worse than on the holdout`,
      measures: judged.map(({ measure }) => measure),
    };
  },
} as const satisfies LabelCheck;
