import { describe, expect, test } from 'vitest';
import { labelClasses } from '#domain/data/label';
import { classAnswers, needsOnlyNegative } from '#domain/data/label-answers';
import { cleanKeys } from '#domain/runs/layout';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

const gate = { binary: 'auc', multiclass: 'accuracy', regression: 'rmse' } as const;
type Task = keyof typeof gate;
const definition = (task: Task, label: object, dataset: object = {}) =>
  smallPipeline(
    { label: { column: 'y', ...label }, ...dataset },
    { evaluation: { task, gates: [{ metric: gate[task], ...(task === 'regression' ? { max: 9 } : { min: 0 }) }] } },
  );
const problems = (task: Task, label: object): string =>
  pipelineSchema
    .safeParse(definition(task, label))
    .error?.issues.map(({ path, message }) => `${path.slice(1).join('.')}: ${message}`)
    .join('; ') ?? 'none';

const wine = { map: { good: [7, 8, 9], bad: [3, 4, 5, 6] }, positive: 'good' };
const grades = { map: { low: [3, 4], middle: [5, 6, 'six'], high: [7, 8, 9] } };

/** The label of each usable row, and the reasons of the others. */
async function clean(task: Task, label: object, labels: readonly string[], dataset: object = {}) {
  using run = await startRun(definition(task, label, { maxMalformedFraction: 1, ...dataset }));
  run.drop('small/d/a.csv', `y,x\n${labels.map((own, i) => `${own},${i}`).join('\n')}\n`);
  const counts = await run.desensitize('small/d/a.csv');
  const rows = await run.rows(cleanKeys(run.run).shard(0));
  return { labels: rows.map((row) => row['_label']), counts, reasons: (await run.counts()).malformed.reasons };
}

describe('a mapped label', () => {
  test('of two classes is 1 for the positive one, wherever it is written', async () => {
    const quality = ['8', '3', '9.0', '6', '7.00', '4'];
    expect((await clean('binary', wine, quality)).labels).toEqual([1, 0, 1, 0, 1, 0]);
    expect((await clean('binary', { ...wine, positive: 'bad' }, quality)).labels).toEqual([0, 1, 0, 1, 0, 1]);
  });

  test('of several classes is their position', async () => {
    expect((await clean('multiclass', grades, ['3', '5', '9', '4.0', 'six', '8'])).labels).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('in no class is malformed, and the message names the setting', async () => {
    const { labels, reasons } = await clean('binary', wine, ['8', '3', '1', '12', '']);
    expect(labels).toEqual([1, 0]);
    expect(reasons).toEqual([
      { column: 'y', reason: 'the label is in no class of label.map: add it to one, or set label.others', count: 2 },
      { column: 'y', reason: 'the label is missing', count: 1 },
    ]);
  });

  test('in no class may be left out, which is counted and not malformed', async () => {
    const { labels, reasons, counts } = await clean(
      'binary',
      { ...wine, others: 'leaveOut' },
      ['8', '3', '1', '2', '12'],
      {
        maxMalformedFraction: 0,
      },
    );
    expect(labels).toEqual([1, 0]);
    expect(counts.rows).toBe(5);
    expect(reasons).toEqual([
      { column: 'y', reason: 'the label is in no class of label.map: left out, as label.others says', count: 3 },
    ]);
    await expect(
      clean('binary', { ...wine, others: 'leaveOut' }, ['8', '3', '1', ''], { maxMalformedFraction: 0.2 }),
    ).rejects.toThrow('1 of 4 rows (25 %) are malformed');
  });

  test('in no class may be in one', async () => {
    expect((await clean('binary', { ...wine, others: 'bad' }, ['8', '1', 'x', '3'])).labels).toEqual([1, 0, 0, 0]);
    expect((await clean('multiclass', { ...grades, others: 'middle' }, ['3', '1', '9'])).labels).toEqual([0, 1, 2]);
    expect((await clean('binary', { ...wine, others: 'bad' }, ['8', ''])).reasons).toEqual([
      { column: 'y', reason: 'the label is missing', count: 1 },
    ]);
  });

  test('spells true and false as tools do', async () => {
    const label = { map: { yes: [true], no: [false] }, positive: 'yes' };
    expect((await clean('binary', label, ['True', 'true', '1', 'FALSE', '0.0'])).labels).toEqual([1, 1, 1, 0, 0]);
  });

  test('is answered by the name of its class', () => {
    const binary = pipelineSchema.parse(definition('binary', wine));
    expect(labelClasses(binary)).toEqual(['bad', 'good']);
    expect(classAnswers(binary)).toEqual([{ label: 'bad' }, { label: 'good' }]);
    expect(needsOnlyNegative(binary)).toBe(false);
    const several = pipelineSchema.parse(definition('multiclass', grades));
    expect(labelClasses(several)).toEqual(['low', 'middle', 'high']);
    expect(classAnswers(several)).toEqual([{ label: 'low' }, { label: 'middle' }, { label: 'high' }]);
    expect(trainingHyperparameters(several, [])).toMatchObject({ num_class: '3' });
  });
});

describe('the settings of a mapped label', () => {
  test('are complete', () => {
    expect(problems('binary', wine)).toBe('none');
    expect(problems('multiclass', { ...grades, others: 'leaveOut' })).toBe('none');
  });
  test.each<[string, Task, object, string]>([
    [
      'three classes of a binary task',
      'binary',
      { ...grades, positive: 'low' },
      'label.map: a binary task has two classes',
    ],
    [
      'two classes of several',
      'multiclass',
      { map: wine.map },
      'label.map: a multiclass task has three classes or more',
    ],
    [
      'a positive value in place of a class',
      'binary',
      { map: wine.map, positive: 8 },
      'label.positive: with label.map, it names a class: good or bad',
    ],
    ['no positive class', 'binary', { map: wine.map }, 'label.positive: with label.map, it names a class'],
    ['a value in two classes', 'binary', { map: { a: [1, 2], b: ['1.0'] }, positive: 'a' }, 'a value is in'],
    ['a value twice', 'binary', { map: { a: [1, 1], b: [2] }, positive: 'a' }, 'a value occurs twice'],
    [
      'a class with a reserved name',
      'binary',
      { map: { malformed: [1], b: [2] }, positive: 'b' },
      'label.map.malformed: reserved',
    ],
    [
      'others that are no class',
      'binary',
      { ...wine, others: 'worse' },
      'label.others: malformed, leaveOut, or a class: bad, good',
    ],
    [
      'others without a map',
      'binary',
      { positive: 1, others: 'leaveOut' },
      'label.others: has no effect without label.map',
    ],
    ['negative values beside it', 'binary', { ...wine, negative: 1 }, 'label.negative: has no effect beside label.map'],
    [
      'classes beside it',
      'multiclass',
      { ...grades, classes: [1, 2, 3] },
      'label.classes: has no effect beside label.map',
    ],
    ['classes of a regression', 'regression', { map: wine.map }, 'label.map: a regression task has no classes'],
    [
      'a value of both classes without a map',
      'binary',
      { positive: [1, 2], negative: ['2.0'] },
      'label.negative: a value is in label.positive too',
    ],
  ])('do not have %s', (_, task, label, message) => {
    expect(problems(task, label)).toContain(message);
  });
});
