import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baselineSchema } from '#schemas/records/baseline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { goldenSchema } from '#schemas/records/golden';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import {
  encodedRun,
  guesses,
  holdoutParts,
  publish,
  recordOf,
  scoreHoldout,
  type Task,
} from './support/evaluated-run.ts';
import { context, setStage } from './support/stage.ts';

let buckets: FakeBuckets;
let evaluateCandidate: typeof import('#functions/evaluate-candidate').handler;
beforeAll(async () => {
  setStage();
  ({ handler: evaluateCandidate } = await import('#functions/evaluate-candidate'));
});
beforeEach(() => {
  buckets = fakeBuckets();
});

describe.each<[Task, number, string[]]>([
  ['binary', 1, []],
  ['multiclass', 3, ['low', 'mid', 'high']],
  ['regression', 1, []],
])('a %s candidate', (task, perRow, classes) => {
  it('is scored, and what later checks need is kept', async () => {
    using run = await encodedRun(task);
    await scoreHoldout(run, task);
    await publish(run, buckets);

    const { rows } = await evaluateCandidate({ run: run.run }, context);

    const evaluation = evaluationSchema.parse(recordOf(buckets, run.run, 'evaluation'));
    expect(evaluation).toMatchObject({ task, n: rows });
    expect(evaluation.champion).toBeUndefined();
    expect(evaluation.importances[0]).toMatchObject({ column: 'x' });
    expect(evaluation.importances[0]?.mean).toBeGreaterThan(evaluation.importances[1]?.mean ?? 0);
    if (evaluation.task !== 'regression') expect(evaluation.metrics['accuracy']?.value).toBeGreaterThan(0.9);
    else expect(evaluation.metrics['rmse']?.value).toBeCloseTo(1);

    const baseline = baselineSchema.parse(recordOf(buckets, run.run, 'baseline'));
    expect(baseline.rows).toBe(rows);
    expect(baseline.columns.map(({ column, kind }) => [column, kind])).toEqual([
      ['x', 'number'],
      ['c', 'category'],
    ]);
    expect(baseline.score).toMatchObject(task === 'multiclass' ? { categories: classes } : { kind: 'number' });

    const golden = goldenSchema.parse(recordOf(buckets, run.run, 'golden'));
    expect(golden).toMatchObject({ valuesPerRow: perRow });
    expect(golden.cases).toHaveLength(5);
    const [part = ''] = await holdoutParts(run);
    const lines = (await run.clean.readText(part)).split('\n');
    const scores = (await run.clean.readText(`${part.replace('candidate', 'scores/candidate')}.out`)).split('\n');
    golden.cases.forEach(({ body, predictions }, i) => {
      expect(body).toBe(lines[i]);
      expect(predictions.join(',')).toBe(scores[i]);
    });
  });

  it('is compared with the champion on the same rows', async () => {
    using champion = await encodedRun(task, { runId: 'r0' });
    const run = await encodedRun(task, { runId: 'r1', champion });
    await scoreHoldout(run, task);
    await scoreHoldout(run, task, { as: 'champion', model: guesses[task] });
    await publish(run, buckets);

    await evaluateCandidate({ run: run.run, champion: champion.run }, context);

    const evaluation = evaluationSchema.parse(recordOf(buckets, run.run, 'evaluation'));
    const metric = task === 'regression' ? 'rmse' : 'accuracy';
    const differences: Readonly<Record<string, { low: number; high: number }>> = evaluation.champion?.differences ?? {};
    if (task === 'regression') expect(differences[metric]?.high).toBeLessThan(0);
    else expect(differences[metric]?.low).toBeGreaterThan(0);
  });
});

it('writes the same records when it is asked again', async () => {
  using run = await encodedRun('binary');
  await scoreHoldout(run, 'binary');
  await publish(run, buckets);
  const records = () => (['evaluation', 'baseline', 'golden'] as const).map((name) => recordOf(buckets, run.run, name));
  await evaluateCandidate({ run: run.run, champion: null }, context);
  const first = records();

  await evaluateCandidate({ run: run.run }, context);

  expect(records()).toEqual(first);
});
