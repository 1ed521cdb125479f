import { describe, expect, it } from 'vitest';
import type { FeatureMatrix } from '#domain/drift/columns';
import { projectRows, scaleOf } from '#domain/drift/embeddings/projections';
import { embeddingClassifier } from '#domain/drift/joint/embedding-classifier';
import { createRandom } from '#domain/random';
import { type EmbeddingShift, embeddings } from '../embeddings/support.ts';
import { matrixOf, pairs } from './support.ts';

const COLUMNS = 64;
const draw = embeddings(COLUMNS, createRandom(7));

function projected(before: FeatureMatrix, now: FeatureMatrix) {
  const scale = scaleOf(
    before,
    Array.from({ length: COLUMNS }, (_, at) => at),
  );
  return [projectRows(before, scale), projectRows(now, scale)] as const;
}
function measured(seed: number, shift: EmbeddingShift, rows = 300, before = 600) {
  const random = createRandom(seed);
  return embeddingClassifier.measure(...projected(draw(before, random), draw(rows, random, shift)));
}

describe('the classifier of an embedding', () => {
  it.each<[string, EmbeddingShift, string]>([
    ['a new topic in half of the rows', { newTopic: 0.5 }, 'its centre moved by'],
    ['a move of the centre', { centre: 1 }, 'its centre moved by'],
    ['noise', { noise: 0.5 }, 'its spread and the relations of its numbers'],
    ['another version of the encoder', { permuted: true }, ''],
  ])('finds %s, and says what moved', (_, shift, moved) => {
    const { statistic, p, moved: words } = measured(1, shift);
    expect(statistic).toBeGreaterThan(0.58);
    expect(p).toBeLessThan(1e-4);
    expect(words).toContain(moved);
  });

  it('finds a relation of two numbers that flipped, in an embedding of few columns', () => {
    const random = createRandom(2);
    const { statistic, p, moved } = embeddingClassifier.measure(
      matrixOf(500, pairs(4, 0.8), random),
      matrixOf(300, pairs(4, -0.8), random),
    );
    expect(statistic).toBeGreaterThan(0.75);
    expect(p).toBeLessThan(1e-6);
    expect(moved).toBe('its spread and the relations of its numbers, not its centre');
  });

  it('finds embeddings that are missing', () => {
    const random = createRandom(5);
    const now = draw(300, random);
    for (let row = 0; row < 90; row++) now.values.fill(Number.NaN, row * COLUMNS, (row + 1) * COLUMNS);
    const { p, moved } = embeddingClassifier.measure(...projected(draw(600, random), now));
    expect(p).toBeLessThan(1e-6);
    expect(moved).toBe('missing embeddings went from 0 % to 30 %');
  });

  it('finds a move beside one number out of all proportion', () => {
    const random = createRandom(6);
    const [before, now] = [draw(400, random), draw(300, random, { centre: 1 })];
    now.values[5] = 1e30;
    expect(embeddingClassifier.measure(...projected(before, now)).p).toBeLessThan(1e-6);
  });

  it('finds rows that are all zeros, as of an encoder that fails, and nothing between constant ones', () => {
    const random = createRandom(8);
    const zeros = { rows: 200, width: COLUMNS, values: new Float64Array(200 * COLUMNS) };
    expect(embeddingClassifier.measure(...projected(draw(400, random), zeros)).p).toBeLessThan(1e-6);
    expect(embeddingClassifier.measure(...projected(zeros, zeros))).toMatchObject({ statistic: 0.5, p: 0.5 });
  });

  it('finds nothing more often than stated where nothing moved', () => {
    const found = Array.from({ length: 30 }, (_, i) => measured(100 + i, {}, 60, 150)).filter(({ p }) => p < 0.05);
    // of 30 windows at 5 %: more than five are less likely than 1 in 300
    expect(found.length).toBeLessThanOrEqual(5);
    for (const { statistic } of found) expect(statistic).toBeLessThan(0.65);
  });
});
