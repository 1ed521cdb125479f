import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { verdictSchema } from '#schemas/records/evaluation';
import { profileSchema } from '#schemas/records/profile';
import { type FakeBuckets, fakeBuckets } from './support/buckets.ts';
import { guesses, publish, recordOf, scoreHoldout, type Task } from './support/evaluated-run.ts';
import { scoredRun } from './support/judged-run.ts';
import { context, setStage } from './support/stage.ts';

let buckets: FakeBuckets;
let judge: (
  run: { pipeline: string; runId: string },
  champion?: { pipeline: string; runId: string },
) => Promise<{ passed: boolean }>;
beforeAll(async () => {
  setStage();
  const { handler: evaluateCandidate } = await import('#functions/evaluate-candidate');
  const { handler: applyGates } = await import('#functions/apply-gates');
  judge = async (run, champion) => {
    await evaluateCandidate({ run, champion }, context);
    return applyGates({ run, champion }, context);
  };
});
beforeEach(() => {
  buckets = fakeBuckets();
});
const report = (run: { pipeline: string; runId: string }) =>
  buckets.text(`artifacts-bucket/${artifactKeys(run).report}`) ?? '';

describe.each<Task>(['binary', 'multiclass', 'regression'])('a %s candidate', (task) => {
  it('that is good passes, with a report', async () => {
    using run = await scoredRun(task);
    await publish(run, buckets);

    expect(await judge(run.run)).toEqual({ passed: true });

    expect(verdictSchema.parse(recordOf(buckets, run.run, 'verdict'))).toMatchObject({ passed: true });
    for (const word of [
      '<!doctype html>',
      'loan',
      'r1',
      'c0ffee',
      'objects of the drop, in the order of their names',
      'image:1',
    ])
      expect(report(run.run).toLowerCase()).toContain(word);
  });

  it('that knows nothing is stopped, with a report too', async () => {
    using run = await scoredRun(task);
    await scoreHoldout(run, task, { model: guesses[task] });
    await publish(run, buckets);

    expect(await judge(run.run)).toEqual({ passed: false });

    expect(verdictSchema.parse(recordOf(buckets, run.run, 'verdict'))).toMatchObject({ passed: false });
    expect(report(run.run)).not.toBe('');
  });
});

it('keeps with the verdict what the drop did not meet and that only warns', async () => {
  const constraints = [
    { check: 'rows', max: 1, onFailure: 'warn' },
    { check: 'rows', min: 1, onFailure: 'warn' },
  ];
  using run = await scoredRun('binary', { rest: { constraints } });
  await publish(run, buckets);
  expect(await judge(run.run)).toEqual({ passed: true });
  const verdict = verdictSchema.parse(recordOf(buckets, run.run, 'verdict'));
  expect(verdict.unmet).toMatchObject([{ constraint: 'rows at most 1', passed: false }]);
  expect(report(run.run)).toContain('The drop does not meet 1 of 2 constraints.');
});

it('warns where several labels count as 0 because only the positive ones are named', async () => {
  using run = await scoredRun('binary');
  const { profile } = artifactKeys(run.run);
  await run.artifacts.writeJson(profile, {
    ...(await run.artifacts.readJson(profile, profileSchema)),
    onlyNegative: null,
  });
  await publish(run, buckets);
  await judge(run.run);
  const { warnings } = verdictSchema.parse(recordOf(buckets, run.run, 'verdict'));
  expect(warnings).toContainEqual(expect.stringContaining('name the others in dataset.label.negative'));
  expect(report(run.run)).toContain('several labels that count as 0');
});

it('compares a candidate with the champion by its gates and names the champion', async () => {
  using champion = await scoredRun('binary', { runId: 'r0' });
  const gates = [{ metric: 'auc', vsChampion: { notWorseBy: 0.01, confidence: 0.95 } }];
  const evaluation = { task: 'binary', gates, bootstrap: { resamples: 200 } };
  const run = await scoredRun('binary', { runId: 'r1', champion, rest: { evaluation } });
  await scoreHoldout(run, 'binary', { as: 'champion' });
  await publish(run, buckets);

  expect(await judge(run.run, champion.run)).toEqual({ passed: true });
  expect(report(run.run)).toContain('r0');

  await scoreHoldout(run, 'binary', { model: guesses.binary });
  await publish(run, buckets);
  expect(await judge(run.run, champion.run)).toEqual({ passed: false });
});
