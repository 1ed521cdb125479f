import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '#domain/drift/columns';
import { PROJECTIONS, projectionsOf, projectRows, scaleOf } from '#domain/drift/embeddings/projections';
import { embeddedRows, embeddingInputs, sketchEmbeddings } from '#domain/drift/embeddings/sketch';
import { whiten } from '#domain/drift/embeddings/whiten';
import { createRandom } from '#domain/random';
import { pipelineSchema } from '#schemas/pipeline';
import { embeddingSketchSchema } from '#schemas/records/embedding-sketch';
import { smallPipeline } from '../../../fakes/data-run.ts';

const matrix = (rows: readonly (readonly number[])[]): FeatureMatrix => ({
  rows: rows.length,
  width: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});
const normals = (rows: number, width: number, seed: number): FeatureMatrix => {
  const random = createRandom(seed);
  return { rows, width, values: Float64Array.from({ length: rows * width }, () => random.normal()) };
};
const all = (width: number): number[] => Array.from({ length: width }, (_, at) => at);

describe('the scale of an embedding', () => {
  it('is the mean and the deviation of each column, without missing values', () => {
    const found = scaleOf(
      matrix([
        [9, 1, 5],
        [9, 3, 5],
        [9, Number.NaN, 5],
      ]),
      [1, 2],
    );
    expect(found).toEqual({ at: [1, 2], centre: [2, 5], scale: [1, 1] });
  });

  it('is 0 and 1 without a value', () => {
    expect(scaleOf(matrix([[Number.NaN, 1]]), [0])).toEqual({ at: [0], centre: [0], scale: [1] });
  });
});

describe('projections', () => {
  it('are as many as the columns, and at most 32', () => {
    expect([projectionsOf(2), projectionsOf(32), projectionsOf(384)]).toEqual([2, 32, PROJECTIONS]);
  });

  it('are the same on every machine: those that a model keeps are compared with those of later windows', () => {
    const { values } = projectRows(
      matrix([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
      { at: [0, 1, 2], centre: [0, 0, 0], scale: [1, 1, 1] },
    );
    const signs = Array.from(values, (value) => Math.round(value * Math.sqrt(3)));
    expect(signs).toEqual([-1, 1, 1, 1, -1, -1, 1, -1, 1]);
  });

  it('of a row do not depend on the other rows, so samples that are merged need not be projected again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 2, max: 50 }),
        fc.nat(1000),
        (rows, width, seed) => {
          const both = normals(2 * rows, width, seed);
          const scale = scaleOf(both, all(width));
          const half = (from: number): FeatureMatrix => ({
            rows,
            width,
            values: both.values.slice(from * width, (from + rows) * width),
          });
          const apart = [...projectRows(half(0), scale).values, ...projectRows(half(rows), scale).values];
          expect(apart).toEqual([...projectRows(both, scale).values]);
        },
      ),
    );
  });

  it('keep distances nearly as they are', () => {
    const rows = normals(40, 384, 5);
    const { width, values } = projectRows(rows, scaleOf(rows, all(384)));
    const distance = (of: Float64Array, w: number, a: number, b: number): number =>
      Math.sqrt(all(w).reduce((sum, i) => sum + ((of[a * w + i] as number) - (of[b * w + i] as number)) ** 2, 0));
    const ratios = Array.from(
      { length: 39 },
      (_, i) =>
        distance(values, width, i, i + 1) / Math.sqrt(width) / (distance(rows.values, 384, i, i + 1) / Math.sqrt(384)),
    );
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.5);
  });

  it('take a missing number for the centre, and a row without a number for missing', () => {
    const scale = { at: [0, 1], centre: [5, 7], scale: [2, 2] };
    const { values } = projectRows(
      matrix([
        [Number.NaN, 7],
        [Number.NaN, Number.NaN],
      ]),
      scale,
    );
    expect([...values.map(Math.abs)]).toEqual([0, 0, Number.NaN, Number.NaN]);
  });
});

describe('whitened samples', () => {
  it('have uncorrelated coordinates of variance 1 over both together', () => {
    const random = createRandom(3);
    const draw = (rows: number): FeatureMatrix =>
      matrix(
        Array.from({ length: rows }, () => {
          const [a, b] = [random.normal(), random.normal()];
          return [100 + 50 * a, a + 0.1 * b, 3 * b];
        }),
      );
    const [before, now] = whiten(draw(60), draw(30));
    const rows = [before, now].flatMap(({ values, width }) =>
      Array.from({ length: values.length / width }, (_, row) => [...values.slice(row * width, (row + 1) * width)]),
    );
    const mean = (of: (row: number[]) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    // the second column follows from the others: no coordinate of its own
    expect(before.width).toBe(4);
    expect(mean(([x = 0]) => x * x)).toBeCloseTo(1, 9);
    expect(mean(([, x = 0]) => x * x)).toBeCloseTo(1, 9);
    expect(mean(([x = 0, y = 0]) => x * y)).toBeCloseTo(0, 9);
    expect(rows.every((row) => row[2] === 0 && row[3] === 0)).toBe(true);
  });

  it('have missing rows at the centre, and mark them', () => {
    const [before, now] = whiten(
      matrix([
        [Number.NaN, Number.NaN],
        [1, 2],
      ]),
      matrix([[3, 1]]),
    );
    expect([...before.values.slice(0, 3)]).toEqual([0, 0, 1]);
    expect([before.values[5], now.values[2]]).toEqual([0, 0]);
  });

  it('may have no row with a value', () => {
    const none = matrix([[Number.NaN, Number.NaN]]);
    expect([...whiten(none, none)[1].values]).toEqual([0, 0, 1]);
  });
});

describe('the embeddings of a model', () => {
  const number = { role: 'feature', type: 'number' };
  const pipeline = pipelineSchema.parse(
    smallPipeline({
      columns: { age: number, e0: number, e1: number, e2: number, f0: number, f1: number },
      interactions: [['e0', 'e1']],
      embeddings: { text: 'e*', few: 'f*' },
    }),
  );
  const input = (source: string) => ({ kind: 'number', name: source, source, fill: null });
  const product = { kind: 'product', name: 'e0 × e1', source: 'e0', other: 'e1' };
  const features = [input('age'), input('e0'), product, input('e2'), input('f1')];

  it('are the model inputs of their columns; with fewer than two there is none', () => {
    expect(embeddingInputs(pipeline, { features })).toEqual([{ name: 'text', at: [1, 3] }]);
  });

  it('are kept as projections, and a window is projected as they were', () => {
    const rows = normals(60, 5, 1);
    rows.values[1] = Number.NaN;
    rows.values[3] = Number.NaN;
    const kept = sketchEmbeddings([{ name: 'text', at: [1, 3] }], rows).map((own) => embeddingSketchSchema.parse(own));
    expect(kept[0]?.values.slice(0, 2)).toEqual([null, null]);
    const [known] = embeddedRows(kept, rows);
    const [earlier] = embeddedRows(kept, rows, rows);
    expect(known).toMatchObject({ name: 'text', before: { rows: 60, width: 2 }, now: { rows: 60, width: 2 } });
    for (const [i, value] of (known?.now.values ?? []).entries()) {
      expect(earlier?.before.values[i]).toBe(value);
      if (Number.isNaN(value)) expect(known?.before.values[i]).toBeNaN();
      else expect(known?.before.values[i]).toBeCloseTo(value, 4);
    }
    expect(known?.before.values[0]).toBeNaN();
  });

  it('are none without rows, and a record that does not add up is refused', () => {
    expect(sketchEmbeddings([{ name: 'text', at: [0, 1] }], matrix([]))).toEqual([]);
    const [sketch] = sketchEmbeddings([{ name: 'text', at: [0, 1] }], normals(3, 2, 1));
    expect(embeddingSketchSchema.safeParse({ ...sketch, values: [1] }).success).toBe(false);
    expect(embeddingSketchSchema.safeParse({ ...sketch, scale: [1] }).success).toBe(false);
  });
});
