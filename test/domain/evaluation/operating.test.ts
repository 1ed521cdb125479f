import { describe, expect, it } from 'vitest';
import { describeOperating } from '#domain/evaluation/operating';
import { createRandom } from '#domain/random';

const random = createRandom(3);
const scores = Float64Array.from({ length: 2000 }, () => random.float() ** 2);
const labels = Array.from(scores, (score) => Number(random.float() < score));
const rows = { labels, scores };
const bootstrap = { resamples: 200, seed: 1 };
const costs = { falsePositive: 1, falseNegative: 4 };

/** What a threshold does, by its definition. */
function byHand(threshold: number) {
  const count = (label: number, flagged: boolean) =>
    labels.filter((own, i) => own === label && (scores[i] as number) >= threshold === flagged).length;
  const [tp, fp, fn, tn] = [count(1, true), count(0, true), count(1, false), count(0, false)];
  return {
    threshold,
    flagged: (tp + fp) / 2000,
    recall: tp / (tp + fn),
    falsePositiveRate: fp / (fp + tn),
    precision: tp + fp === 0 ? null : tp / (tp + fp),
    cost: ((fp + 4 * fn) / 2000) * 1000,
  };
}

describe('what a threshold does', () => {
  const choice = { rule: 'errors cost least', rows: 500, positives: 150, low: 0.15, high: 0.24 };
  const operating = describeOperating({ rows, threshold: 0.2, choice, costs, bootstrap });

  it('follows the definitions at each threshold of the table', () => {
    expect(operating.table.length).toBeGreaterThan(10);
    for (const point of operating.table) expect(point).toEqual(byHand(point.threshold));
    expect(operating.chosen).toEqual(byHand(0.2));
    expect(operating.table).toContainEqual(operating.chosen);
    expect(operating.table.map(({ threshold }) => threshold)).toEqual(
      operating.table.map(({ threshold }) => threshold).toSorted((a, b) => b - a),
    );
    expect(operating.choice).toEqual(choice);
  });

  it('is compared with 0.5, with no flagged row and with all', () => {
    expect(operating.costs).toMatchObject({
      ...costs,
      usual: byHand(0.5).cost,
      none: byHand(1).cost,
      all: byHand(0).cost,
    });
    const { value, low, high } = operating.costs?.perThousand ?? { value: 0, low: 0, high: 0 };
    expect(value).toBeCloseTo(byHand(0.2).cost, 9);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(operating.costs?.usual).toBeGreaterThan(value);
  });

  it('has curves from no flagged row to all, the threshold among them', () => {
    const { curve } = operating;
    expect([curve.flagged[0], curve.flagged.at(-1)]).toEqual([0, 1]);
    expect([curve.precision[0], curve.recall.at(-1)]).toEqual([null, 1]);
    expect(curve.flagged).toContain(operating.chosen.flagged);
    expect(curve.flagged).toEqual(curve.flagged.toSorted((a, b) => a - b));
    expect(curve.threshold.length).toBeLessThan(210);
    expect(operating.costs?.curve).toHaveLength(curve.threshold.length);
    for (const [i, threshold] of curve.threshold.entries()) expect(curve.recall[i]).toBe(byHand(threshold).recall);
  });

  it('has no costs where none are known, and no choice where the pipeline has a number', () => {
    const plain = describeOperating({ rows, threshold: 0.3, bootstrap });
    expect(Object.keys(plain)).toEqual(['chosen', 'table', 'curve']);
    expect(plain.chosen).not.toHaveProperty('cost');
  });

  it('can flag every row', () => {
    const { chosen } = describeOperating({ rows, threshold: 0, bootstrap });
    expect(chosen).toMatchObject({ flagged: 1, recall: 1, falsePositiveRate: 1 });
  });
});
