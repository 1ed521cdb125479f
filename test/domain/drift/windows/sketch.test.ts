import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBaseline, buildWindow, mergeWindows } from '#domain/drift/baseline';
import { emptySketch, mergeSketches, sketchOf, unreadOf, windowOf, withUnread } from '#domain/drift/windows/sketch';
import { captureSketchSchema } from '#schemas/records/capture-counts';

interface Row {
  readonly x: number;
  readonly c: string | null;
  readonly score: number;
}
const toInput = (rows: readonly Row[]) => ({
  rows: rows.length,
  columns: [
    { column: 'x', kind: 'number' as const, values: Float64Array.from(rows, ({ x }) => x) },
    { column: 'c', kind: 'category' as const, values: rows.map(({ c }) => c) },
  ],
  scores: { task: 'binary' as const, values: Float64Array.from(rows, ({ score }) => score) },
});
const trained = Array.from({ length: 40 }, (_, i): Row => ({ x: i, c: i % 3 === 0 ? 'a' : 'b', score: i / 40 }));
const baseline = buildBaseline(toInput(trained));
const { score: _, ...unscored } = baseline;
const rows = fc.array(
  fc.record({
    x: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)),
    c: fc.constantFrom('a', 'b', 'new', null),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 20 },
);
const sketch = (own: readonly Row[]) => sketchOf(buildWindow(baseline, toInput(own)), own.length);

describe('sketches of captures', () => {
  it('add up in any order to the window of all rows at once, also after they were stored', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), (parts) => {
        const stored = parts.map((own) => captureSketchSchema.parse(JSON.parse(JSON.stringify(sketch(own)))));
        const merged = stored.reduceRight(mergeSketches, emptySketch(baseline));
        const windows = parts.map((own) => buildWindow(baseline, toInput(own)));
        expect(windowOf(baseline, merged)).toEqual(windows.reduce(mergeWindows, buildWindow(baseline, toInput([]))));
        expect(merged.captures).toBe(parts.flat().length);
      }),
    );
  });

  it('of a model without scores in its baseline have none', () => {
    const own = sketchOf(buildWindow(unscored, toInput(trained)), 1);
    expect(windowOf(unscored, own)).toEqual({ rows: 40, columns: baseline.columns });
    expect(emptySketch(unscored)).not.toHaveProperty('score');
  });

  it('of another baseline are refused', () => {
    const fewer = { ...sketch(trained), columns: sketch(trained).columns.slice(1) };
    const otherBins = { ...sketch(trained), columns: sketch(trained).columns.toReversed() };
    for (const other of [fewer, otherBins, sketchOf(buildWindow(unscored, toInput(trained)), 1)]) {
      expect(() => windowOf(baseline, other)).toThrow('against its baseline');
    }
  });

  it('count what could not be read, and name the damaged objects, the first twenty', () => {
    const damaged = Array.from({ length: 25 }, (_, i) => unreadOf(`hour/${10 + i}.jsonl`, { unusable: 1, damaged: 2 }));
    const each = damaged.map((unread) => withUnread(emptySketch(baseline), unread));
    const whole = withUnread(emptySketch(baseline), unreadOf('hour/whole.jsonl', { unusable: 3, damaged: 0 }));
    const { unread } = [...each.toReversed(), whole].reduce(mergeSketches, emptySketch(baseline));
    expect(unread).toMatchObject({ unusable: 28, damaged: 50, objects: 25 });
    expect(unread.named).toEqual(Array.from({ length: 20 }, (_, i) => `hour/${10 + i}.jsonl`));
  });
});
