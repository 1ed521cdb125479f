import { describe, expect, it } from 'vitest';
import { buildBaseline } from '#domain/drift/baseline';
import { emptyHistogram } from '#domain/drift/clean-bins';
import { driftColumns } from '#domain/drift/columns';
import { calibration } from '#domain/drift/labels/calibration';
import { describeReference, describeSilence } from '#domain/drift/windows/describe';
import { referenceSpans } from '#domain/drift/windows/reference';
import { referenceHours } from '#domain/drift/windows/settings';
import { number } from '#domain/encodings/number';
import { ENCODINGS } from '#domain/encodings/registry';
import { comparisonOf, drawSample } from './labels/samples.ts';

const other = 'of-another-version' as never;
const window = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', rows: 0 };
const values = new Float64Array(1);

describe('what another version wrote is refused, not passed over', () => {
  it.each<[string, () => unknown]>([
    ['task of scores', () => buildBaseline({ rows: 1, columns: [], scores: { task: other, values } })],
    [
      'kind of histogram',
      () => emptyHistogram({ column: 'x', source: 'x', sql: 'x', kind: other, bins: 'values' }, {}),
    ],
    ['task of labels', () => calibration.measure({ ...comparisonOf(drawSample({ seed: 1, rows: 60 })), task: other })],
    ['reference in words', () => describeReference({ kind: other, rows: 1 })],
    ['state of captures', () => describeSilence(other, window)],
    ['reference of a window', () => referenceSpans({ kind: other }, window)],
    ['length of a reference', () => referenceHours({ kind: other })],
    [
      'way to see a model input',
      () => {
        const [kind] = number.features;
        const strange = { ...number, features: [{ ...kind, watched: () => ({ as: other }) }] };
        const encodings = [strange, ...ENCODINGS.filter((own) => own.name !== 'number')] as never;
        const feature = { kind: 'number', name: 'x', source: 'x', fill: null };
        return driftColumns({ features: [feature] }, { rows: 1, width: 1, values }, encodings);
      },
    ],
  ])('%s', (_, read) => {
    expect(read).toThrow(/^There is no rule for this .*Was it written by another version\?$/);
  });
});
