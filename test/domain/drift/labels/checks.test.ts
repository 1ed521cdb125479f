import { describe, expect, it } from 'vitest';
import { judgeLabels } from '#domain/drift/labels/judge';
import type { LabelledSample } from '#domain/drift/labels/label-check';
import { LABEL_CHECKS } from '#domain/drift/labels/registry';
import { LABEL_CHECK_NAMES, labelSettingsSchema } from '#domain/drift/labels/settings';
import { createRandom } from '#domain/random';
import { labelFindingSchema } from '#schemas/records/label-window';
import { comparisonOf, drawSample } from './samples.ts';

const steady = drawSample({ seed: 2 });
const find = (name: (typeof LABEL_CHECK_NAMES)[number], ...given: Parameters<typeof comparisonOf>) => {
  const found = LABEL_CHECKS[name].measure(comparisonOf(...given));
  return labelFindingSchema.parse(found);
};
const measureOf = (found: ReturnType<typeof find>, name: string) => found.measures.find((own) => own.name === name);

describe('realised performance', () => {
  it('is no finding while labels show what the holdout showed', () => {
    expect(find('performance', steady)).toMatchObject({ severity: 'none', measured: true });
  });

  it('is critical when the whole interval of the loss is above the setting', () => {
    const found = find('performance', drawSample({ seed: 3, truth: () => 0 }));
    expect(found).toMatchObject({ severity: 'critical' });
    expect(found.measures[0]).toMatchObject({ name: 'auc', changed: true });
    expect(found.reason).toMatch(/worse, by at least/);
  });

  it('is a warning, or a note, where the loss is sure and its size is not', () => {
    const worse = drawSample({ seed: 3, truth: (odds) => odds * 0.6 });
    expect(find('performance', worse, { maxDrop: 0.12 })).toMatchObject({ severity: 'warning' });
    expect(find('performance', worse, { maxDrop: 0.2 })).toMatchObject({ severity: 'note' });
  });

  it('is not measured where the rows are of one class', () => {
    const one = { ...steady, labels: new Float64Array(steady.rows) };
    expect(find('performance', one)).toMatchObject({ measured: false, severity: 'none' });
  });
});

describe('calibration', () => {
  it('holds while as much comes true as the scores say', () => {
    const found = find('calibration', steady);
    expect(found).toMatchObject({ severity: 'none', measured: true });
    expect(measureOf(found, 'calibration slope')?.value).toBeCloseTo(1, 0);
    expect(found.bins?.length).toBe(10);
  });

  it.each([
    ['more comes true', (odds: number) => odds + 1],
    ['the scores are too far apart', (odds: number) => odds * 0.3],
  ])('has changed when %s', (_, truth) => {
    const found = find('calibration', drawSample({ seed: 4, truth }));
    expect(found).toMatchObject({ severity: 'warning' });
    expect(measureOf(found, 'expected calibration error')).toMatchObject({ changed: true });
    expect(found.reason).toContain('the scores mean something else');
  });

  it('is that of the class that the model decides on, for several classes', () => {
    const wide = ({ scores, ...sample }: LabelledSample): LabelledSample => ({
      ...sample,
      scores: Float64Array.from([...scores].flatMap((score) => [1 - score, score])),
    });
    const task = {
      task: 'multiclass',
      metric: 'accuracy',
      holdout: wide(drawSample({ seed: 1, rows: 1500 })),
    } as const;
    expect(find('calibration', wide(steady), task)).toMatchObject({ severity: 'none', measured: true });
    const worse = wide(drawSample({ seed: 4, truth: (odds) => odds * 0.2 }));
    expect(find('calibration', worse, task)).toMatchObject({ severity: 'warning' });
  });

  it('is not measured where one side has one class alone', () => {
    const one = { ...steady, labels: new Float64Array(steady.rows) };
    expect(find('calibration', one).reason).toContain('of the window');
    expect(find('calibration', steady, { holdout: one }).reason).toContain('on the holdout');
  });

  const values = (seed: number, bias: number, spread: number, rows = 400): LabelledSample => {
    const random = createRandom(seed);
    const labels = Float64Array.from({ length: rows }, () => 10 * random.normal());
    return { rows, labels, scores: labels.map((label) => label + bias + spread * random.normal()), groups: new Map() };
  };
  const regression = { task: 'regression', metric: 'mae', holdout: values(1, 0, 1) } as const;
  it.each([
    ['neither', 0, 1, 'none', []],
    ['bias', 0.35, 1, 'warning', ['bias']],
    ['coverage', 0, 2, 'warning', ['coverage of the range of errors']],
  ] as const)('of a regression finds %s', (_, bias, spread, severity, names) => {
    const found = find('calibration', values(2, bias, spread), regression);
    expect(found.severity).toBe(severity);
    expect(found.measures.filter(({ changed }) => changed).map(({ name }) => name)).toEqual(names);
  });

  it('of a regression needs rows of the holdout, and takes errors that are all the same', () => {
    expect(find('calibration', values(2, 0, 1), { ...regression, holdout: values(1, 0, 1, 20) })).toMatchObject({
      measured: false,
    });
    const exact = values(3, 0, 0);
    expect(find('calibration', exact, { ...regression, holdout: values(4, 0, 0) })).toMatchObject({ severity: 'none' });
    expect(find('calibration', values(3, 1, 0), { ...regression, holdout: values(4, 0, 0) })).toMatchObject({
      severity: 'warning',
    });
  });
});

describe('slices', () => {
  it('are judged each against itself on the holdout', () => {
    const found = find('slices', steady);
    expect(found).toMatchObject({ severity: 'none', measured: true });
    expect(found.measures.map(({ group }) => group)).toEqual([
      { column: 'region', group: 0 },
      { column: 'region', group: 1 },
    ]);
  });

  it('find the group for which the model got worse, and name the column alone', () => {
    const found = find('slices', drawSample({ seed: 5, rows: 1200, truth: (odds, group) => (group === 1 ? 0 : odds) }));
    expect(found).toMatchObject({ severity: 'warning' });
    expect(found.measures.map(({ changed }) => changed)).toEqual([false, true]);
    expect(found.reason).toContain('1 of 2 slices got worse than on the holdout (region)');
  });

  it.each([
    ['the run kept none', steady, { slices: [] }, 'no slice columns'],
    ['no request named one', { ...steady, groups: new Map() }, {}, 'no request named its slices (region)'],
    ['groups are small', drawSample({ seed: 2, rows: 40 }), {}, 'no group has 30 rows'],
    ['a group has one class', { ...steady, labels: new Float64Array(steady.rows) }, {}, 'no group has 30 rows'],
  ] as const)('are not measured where %s', (_, window, own, why) => {
    const found = find('slices', window, own);
    expect(found).toMatchObject({ measured: false, severity: 'none' });
    expect(found.reason).toContain(why);
  });
});

describe('the relation of the inputs to the label', () => {
  it('ranks as on the holdout while nothing changes', () => {
    expect(find('relation', steady)).toMatchObject({ severity: 'none', measured: true });
  });

  it('has changed when another input says most', () => {
    const found = find('relation', drawSample({ seed: 6, weights: [0, 2] }));
    expect(found).toMatchObject({ severity: 'warning' });
    expect(found.measures[0]).toMatchObject({ name: 'NDCG', changed: true });
    expect(found.reason).toMatch(
      /^the model inputs rank otherwise by their relation to the label: NDCG 0\.\d+ is under 0\.9 \(x /,
    );
  });

  it('of few rows may be chance', () => {
    const found = find('relation', drawSample({ seed: 33, rows: 20, weights: [0.3, 0.3] }), {
      holdout: drawSample({ seed: 31, rows: 200, weights: [0.4, 0.3] }),
      settings: labelSettingsSchema.parse({ relation: 1 }),
    });
    expect(found).toMatchObject({ severity: 'none' });
    expect(found.reason).toContain('may be chance');
  });

  it('is taken from missing values by none, and from a column of several inputs by the strongest', () => {
    const holes = { ...steady, inputs: steady.inputs?.map((value, i) => (i % 3 === 2 ? Number.NaN : value)) };
    expect(measureOf(find('relation', holes), 'noise')?.value).toBe(0);
    const joined = find('relation', steady, { inputs: ['x', 'x', 'noise'] });
    expect(joined.measures.map(({ name }) => name).toSorted()).toEqual(['NDCG', 'noise', 'x']);
  });

  it('is that of each class, or of values above the median', () => {
    const several = find('relation', steady, { task: 'multiclass' });
    expect(several).toMatchObject({ severity: 'none', measured: true });
    const values = (sample: LabelledSample): LabelledSample => ({ ...sample, labels: sample.scores });
    const found = find('relation', values(steady), { task: 'regression', holdout: values(drawSample({ seed: 1 })) });
    expect(measureOf(found, 'x')?.value).toBeGreaterThan(0.8);
  });

  it('is not measured without inputs, or of one column', () => {
    const { inputs: _, ...bare } = steady;
    expect(find('relation', bare).reason).toContain('the log has no model inputs');
    expect(find('relation', steady, { inputs: ['x', 'x', 'x'] }).reason).toContain('needs two columns');
  });
});

describe('all checks by labels', () => {
  it('find nothing in most windows of a model that has not changed', () => {
    let warnings = 0;
    for (let seed = 100; seed < 115; seed++) {
      const { severity } = judgeLabels(comparisonOf(drawSample({ seed, rows: 200 })));
      if (severity === 'warning' || severity === 'critical') warnings++;
    }
    expect(warnings).toBeLessThanOrEqual(1);
  });

  it('give the worst finding first, and those that may not warn as a note', () => {
    const changed = drawSample({ seed: 4, truth: (odds) => odds + 1 });
    const all = judgeLabels(comparisonOf(changed));
    expect(all.severity).toBe('warning');
    expect(all.reason).toContain('the scores mean something else');
    const settings = labelSettingsSchema.parse({ checks: ['performance'] });
    const some = judgeLabels(comparisonOf(changed, { settings }));
    expect(some.findings.map(({ check, severity }) => [check, severity])).toContainEqual(['calibration', 'note']);
    expect(some.severity).toBe('note');
  });

  it('keep a probability that DynamoDB cannot hold as zero', () => {
    const changed = drawSample({ seed: 4, rows: 3000, truth: (odds) => odds + 3 });
    const { findings } = judgeLabels(comparisonOf(changed));
    const found = findings.flatMap(({ measures }) => measures.flatMap(({ p }) => p ?? []));
    expect(found).toContain(0);
    expect(found.filter((p) => p !== 0 && p < 1e-100)).toEqual([]);
  });

  it('have a file for each name', () => {
    expect(LABEL_CHECK_NAMES.map((name) => LABEL_CHECKS[name].name)).toEqual([...LABEL_CHECK_NAMES]);
  });
});
