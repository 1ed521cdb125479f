import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrationOf } from '#domain/calibration/registry';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { baselineSchema } from '#schemas/records/baseline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { goldenSchema } from '#schemas/records/golden';
import { type CalibrationMap, operatingPointSchema } from '#schemas/records/operating-point';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import { trainingRowsSchema } from '#schemas/records/training-rows';
import type { DataRun } from '../../fakes/data-run.ts';
import { noTrees } from '../../fakes/no-trees.ts';
import { encodedRun, guesses, holdoutParts, models, scoreHoldout, type Task } from '../support/evaluated-run.ts';

const evaluate = ({ run, clean, artifacts }: DataRun, champion?: RunPointer) =>
  evaluateCandidate({ clean, artifacts, readTrees: noTrees, memoryMb: 1024 }, { run, champion });

describe.each<[Task, number, string[]]>([
  ['binary', 1, []],
  ['multiclass', 3, ['low', 'mid', 'high']],
  ['regression', 1, []],
])('a %s candidate', (task, perRow, classes) => {
  it('is scored, and what later checks need is kept', async () => {
    using run = await encodedRun(task);
    await scoreHoldout(run, task);

    const { rows } = await evaluate(run);

    const evaluation = await run.artifacts.readJson(artifactKeys(run.run).evaluation, evaluationSchema);
    expect(evaluation).toMatchObject({ task, n: rows });
    expect(evaluation.champion).toBeUndefined();
    expect(evaluation.importances[0]).toMatchObject({ column: 'x' });
    expect(evaluation.importances[0]?.mean).toBeGreaterThan(evaluation.importances[1]?.mean ?? 0);
    if (evaluation.task !== 'regression') expect(evaluation.metrics['accuracy']?.value).toBeGreaterThan(0.9);
    else expect(evaluation.metrics['rmse']?.value).toBeCloseTo(1);

    const baseline = await run.artifacts.readJson(artifactKeys(run.run).baseline, baselineSchema);
    expect(baseline.rows).toBe(rows);
    expect(baseline.columns.map(({ column, kind }) => [column, kind])).toEqual([
      ['x', 'number'],
      ['c', 'category'],
    ]);
    expect(baseline.score).toMatchObject(task === 'multiclass' ? { categories: classes } : { kind: 'number' });

    const kept = await run.artifacts.readJson(artifactKeys(run.run).performance, performanceReferenceSchema);
    expect(kept).toMatchObject({ task, rows, inputs: [{ at: 0, column: 'x' }] });
    expect(kept.leftOut).toEqual([{ column: 'c', reason: 'the model hardly uses it' }]);

    const golden = await run.artifacts.readJson(artifactKeys(run.run).golden, goldenSchema);
    expect(golden).toMatchObject({ valuesPerRow: perRow, performance: true });
    expect(golden.cases).toHaveLength(5);
    const [part = ''] = await holdoutParts(run);
    const lines = (await run.clean.readText(part)).split('\n');
    const scores = (await run.clean.readText(`${part.replace('candidate', 'scores/candidate')}.out`)).split('\n');
    golden.cases.forEach((found, i) => {
      expect(found).toMatchObject({ body: lines[i] });
      expect(found.predictions.join(',')).toBe(scores[i]);
    });
  });

  it('is compared with the champion on the same rows', async () => {
    using champion = await encodedRun(task, { runId: 'r0' });
    const run = await encodedRun(task, { runId: 'r1', champion });
    await scoreHoldout(run, task);
    await scoreHoldout(run, task, { as: 'champion', model: guesses[task] });

    await evaluate(run, champion.run);

    const evaluation = await run.artifacts.readJson(artifactKeys(run.run).evaluation, evaluationSchema);
    const metric = task === 'regression' ? 'rmse' : 'accuracy';
    const differences: Readonly<Record<string, { low: number; high: number }>> = evaluation.champion?.differences ?? {};
    if (task === 'regression') expect(differences[metric]?.high).toBeLessThan(0);
    else expect(differences[metric]?.low).toBeGreaterThan(0);
  });
});

describe('a threshold that the run chooses', () => {
  const gates = [{ metric: 'auc', min: 0.8 }];
  const bootstrap = { resamples: 100 };
  const evaluation = (threshold: unknown) => ({ evaluation: { task: 'binary', gates, bootstrap, threshold } });
  const ofRun = async ({ artifacts, run }: DataRun) => {
    const found = await artifacts.readJson(artifactKeys(run).evaluation, evaluationSchema);
    if (found.task !== 'binary') throw new Error('a binary task');
    return found;
  };

  it('is chosen on the validation rows alone, kept, and used for each metric', async () => {
    using run = await encodedRun('binary', { rest: evaluation({ cost: { falsePositive: 1, falseNegative: 99 } }) });
    await scoreHoldout(run, 'binary');

    await evaluate(run);

    const { threshold, choice } = await run.artifacts.readJson(
      artifactKeys(run.run).operatingPoint,
      operatingPointSchema,
    );
    const { label, sides } = await run.fitted();
    expect(choice).toMatchObject({ rows: sides.validation.rows, positives: sides.validation.classes[1] });
    expect(label.classes).toHaveLength(2);
    // the label follows from x > 50, so the model's score of x = 51 is where the positive rows begin
    expect(threshold).toBeGreaterThan(0.45);
    expect(threshold).toBeLessThan(0.6);
    const found = await ofRun(run);
    expect(found.threshold).toBe(threshold);
    expect(found.operating).toMatchObject({ choice, chosen: { threshold } });
    expect(found.operating?.costs?.perThousand.value).toBeLessThanOrEqual(found.operating?.costs?.all ?? 0);
  });

  it('is compared with the champion at the threshold by which the champion answers', async () => {
    using champion = await encodedRun('binary', { runId: 'r0', rest: evaluation(0.9) });
    const run = await encodedRun('binary', { runId: 'r1', champion, rest: evaluation({ recall: 1 }) });
    await scoreHoldout(run, 'binary');
    await scoreHoldout(run, 'binary', { as: 'champion' });

    await evaluate(run, champion.run);

    const found = await ofRun(run);
    expect(found.champion?.threshold).toBe(0.9);
    // the same scores: only the thresholds differ
    expect(found.champion?.differences['auc']?.difference).toBe(0);
    expect(found.metrics['recall']?.value).toBeGreaterThan(0.9);
    expect(found.champion?.metrics['recall']?.value).toBeLessThan(0.7);
  });

  it('needs validation rows with their scores', async () => {
    using run = await encodedRun('binary', { rest: evaluation({ maximize: 'f1' }) });
    await scoreHoldout(run, 'binary');
    const [scored = ''] = (await run.clean.list(`${cleanKeys(run.run).scores('candidate')}validation-`)).map(
      ({ key }) => key,
    );
    await run.clean.writeText(scored, '0.5\n', 'text/csv');
    await expect(evaluate(run)).rejects.toThrow(/1 predictions for \d+ validation rows/);
    const labels = await run.clean.list(`${cleanKeys(run.run).holdoutLabels}validation-`);
    for (const { key } of labels) rmSync(join(run.folder, 'clean', key));
    await expect(evaluate(run)).rejects.toThrow('The run has no validation rows');
  });

  it('costs nothing where the pipeline has a number', async () => {
    using run = await encodedRun('binary');
    expect(await run.clean.list(`${cleanKeys(run.run).holdoutLabels}validation-`)).toEqual([]);
    await scoreHoldout(run, 'binary');
    await evaluate(run);
    await expect(run.artifacts.readJson(artifactKeys(run.run).operatingPoint, operatingPointSchema)).rejects.toThrow();
    expect((await ofRun(run)).operating?.choice).toBeUndefined();
  });
});

describe('scores that the run calibrates', () => {
  const settings = (calibration: string, threshold: unknown = 0.5) => ({
    evaluation: {
      task: 'binary',
      gates: [{ metric: 'auc', min: 0.8 }],
      bootstrap: { resamples: 100 },
      calibration,
      threshold,
    },
  });
  /** A model that ranks as the usual one, with scores that are far too low. */
  const tooLow = (x: number): readonly number[] => {
    const [score = 0] = models.binary(x);
    return [score ** 3 / 2];
  };

  it.each(['platt', 'isotonic'])('by %s are probabilities in each record, and rank as before', async (method) => {
    using run = await encodedRun('binary', { rest: settings(method) });
    await scoreHoldout(run, 'binary', { model: tooLow });

    await evaluate(run);

    const keys = artifactKeys(run.run);
    const point = await run.artifacts.readJson(keys.operatingPoint, operatingPointSchema);
    expect(point).toMatchObject({ threshold: 0.5, calibration: { method } });
    expect(point.choice).toBeUndefined();
    const evaluation = await run.artifacts.readJson(keys.evaluation, evaluationSchema);
    if (evaluation.task !== 'binary') throw new Error('a binary task');
    const { error, before } = evaluation.calibration ?? {};
    expect(evaluation.calibration?.method).toBe(method);
    expect(before?.error.low).toBeGreaterThan(error?.high ?? 1);
    expect(evaluation.metrics['auc']?.value).toBe(1);
    // by the scores as they are, no row would be positive
    expect(evaluation.metrics['recall']?.value).toBeGreaterThan(0.9);
    const { cases } = await run.artifacts.readJson(keys.golden, goldenSchema);
    const turn = calibrationOf(point.calibration as CalibrationMap);
    for (const golden of cases) {
      const x = 'body' in golden ? Number(golden.body.split(',')[0]) : Number.NaN;
      expect(golden.predictions[0]).toBeCloseTo(turn(tooLow(x)[0] ?? 0), 5);
    }
    const kept = await run.artifacts.readJson(keys.performance, performanceReferenceSchema);
    expect(Math.max(...kept.scores)).toBeGreaterThan(0.9);
  });

  it('decide where the threshold lies', async () => {
    using run = await encodedRun('binary', { rest: settings('platt', { maximize: 'f1' }) });
    await scoreHoldout(run, 'binary', { model: tooLow });

    await evaluate(run);

    const point = await run.artifacts.readJson(artifactKeys(run.run).operatingPoint, operatingPointSchema);
    expect(point.choice?.rule).toBe('f1 is highest');
    // x = 50 scores 0.0625 before
    expect(point.threshold).toBeGreaterThan(0.2);
  });

  it('of the champion are calibrated by the run of the champion', async () => {
    using champion = await encodedRun('binary', { runId: 'r0', rest: settings('platt') });
    await scoreHoldout(champion, 'binary', { model: tooLow });
    await evaluate(champion);
    const run = await encodedRun('binary', { runId: 'r1', champion, rest: settings('none') });
    await scoreHoldout(run, 'binary');
    await scoreHoldout(run, 'binary', { as: 'champion', model: tooLow });

    await evaluate(run, champion.run);

    const found = await run.artifacts.readJson(artifactKeys(run.run).evaluation, evaluationSchema);
    if (found.task !== 'binary') throw new Error('a binary task');
    expect(found.champion?.metrics['recall']?.value).toBeGreaterThan(0.9);
    expect(found.calibration?.method).toBeUndefined();
    expect(found.calibration?.error.value).toBeGreaterThan(0);
  });
});

it('keeps an embedding as a whole, of the holdout and of the training rows, and counts none of its columns', async () => {
  using run = await encodedRun('binary', { embedding: true });
  await scoreHoldout(run, 'binary');

  const { rows } = await evaluate(run);

  const keys = artifactKeys(run.run);
  const baseline = await run.artifacts.readJson(keys.baseline, baselineSchema);
  expect(baseline.columns.map(({ column }) => column)).toEqual(['x', 'c']);
  expect(baseline.clean?.columns.map(({ column }) => column)).toEqual(['y', 'x', 'c']);
  expect([baseline.embeddings, baseline.clean?.embeddings]).toEqual([['text'], ['text']]);
  const { features } = await run.fitted();
  const at = ['e0', 'e1'].map((name) => features.findIndex((feature) => feature.name === name));
  const [ofHoldout] = (await run.artifacts.readJson(keys.performance, performanceReferenceSchema)).embeddings ?? [];
  expect(ofHoldout).toMatchObject({ name: 'text', at, projections: 2 });
  expect(ofHoldout?.values).toHaveLength(2 * rows);
  const training = await run.artifacts.readJson(keys.trainingRows, trainingRowsSchema);
  expect(training.embeddings).toMatchObject([{ name: 'text', at, projections: 2 }]);
  expect(training.embeddings?.[0]?.values).toHaveLength(2 * training.rows);
});

it('names the scores that do not match the holdout', async () => {
  using run = await encodedRun('binary');
  await scoreHoldout(run, 'binary');
  const [part = ''] = await holdoutParts(run);
  await run.clean.writeText(`${part.replace('candidate', 'scores/candidate')}.out`, '0.5\n', 'text/csv');

  await expect(evaluate(run)).rejects.toMatchObject({
    name: 'EvaluationError',
    message: expect.stringContaining('1 predictions for'),
  });
});

it('a candidate is measured by slice and for bias, and later checks know the groups', async () => {
  const fairness = [{ column: 'c', disadvantaged: ['r'], favourable: 0 }];
  const evaluation = {
    task: 'binary',
    gates: [{ metric: 'accuracy', min: 0.5 }],
    bootstrap: { resamples: 100 },
    slices: { leastRows: 10 },
    fairness,
  };
  using run = await encodedRun('binary', { sliced: true, rest: { evaluation } });
  await scoreHoldout(run, 'binary');

  const { rows } = await evaluate(run);

  const keys = artifactKeys(run.run);
  const found = await run.artifacts.readJson(keys.evaluation, evaluationSchema);
  expect(found.slices).toMatchObject({ metric: 'accuracy', leastRows: 10, tested: 2 });
  expect(found.slices?.columns).toEqual([{ column: 'c', values: ['r', 'g'], named: true }]);
  expect(found.slices?.slices.map(({ metrics }) => metrics['accuracy']?.value)).toEqual([
    expect.any(Number),
    expect.any(Number),
  ]);
  const [bias] = found.fairness ?? [];
  const { advantaged = 0, disadvantaged = 0, neither } = bias?.rows ?? {};
  expect(advantaged + disadvantaged).toBe(rows);
  expect(neither).toBe(0);
  expect(bias?.metrics['DI']?.value).toBeGreaterThan(0);
  expect(bias?.metrics).toHaveProperty('FT');
  const { slices } = await run.artifacts.readJson(keys.golden, goldenSchema);
  expect(slices).toEqual(found.slices?.columns);
});
