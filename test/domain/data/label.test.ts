import { describe, expect, test } from 'vitest';
import { labelClasses, labelSql } from '#domain/data/label';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline, testEngine } from '../../fakes/data-run.ts';

const gate = { binary: 'auc', multiclass: 'accuracy', regression: 'rmse' } as const;
const pipelineOf = (task: keyof typeof gate, label: Record<string, unknown>) =>
  pipelineSchema.parse(
    smallPipeline(
      { label: { column: 'y', ...label } },
      { evaluation: { task, gates: [{ metric: gate[task], min: 0 }] } },
    ),
  );

/** What each raw label is read as: its number, or why it is malformed. */
async function read(task: keyof typeof gate, label: Record<string, unknown>, raw: readonly (string | null)[]) {
  using engine = await testEngine();
  const { value, checks } = labelSql(pipelineOf(task, label), 'v');
  const reasons = checks.map((c) => `WHEN ${c.condition} THEN '${c.reason}'`).join(' ');
  const rows = await engine.query(
    'read labels',
    `SELECT CASE ${reasons} END AS reason, ${value} AS value FROM (SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS v)`,
    [JSON.stringify(raw)],
  );
  return rows.map((r) => r['reason'] ?? r['value']);
}

const missing = 'the label is missing';

describe('a binary label', () => {
  test('given as a number is compared as one', async () => {
    expect(await read('binary', { positive: 1 }, ['1', '1.0', '0', '2', 'no', null])).toEqual([
      1,
      1,
      0,
      0,
      'the label is not a finite number',
      missing,
    ]);
  });
  test('given as texts counts everything else as negative', async () => {
    expect(await read('binary', { positive: ['bad', 'worse'] }, ['bad', 'worse', 'good', null])).toEqual([
      1,
      1,
      0,
      missing,
    ]);
  });
  test('with its negatives named takes no third value', async () => {
    const unknown = 'the label is neither among label.positive nor label.negative';
    expect(await read('binary', { positive: 'bad', negative: 'good' }, ['bad', 'good', 'ugly', ''])).toEqual([
      1,
      0,
      unknown,
      unknown,
    ]);
  });
  test('given as true or false reads what tools write for it', async () => {
    expect(await read('binary', { positive: true }, ['true', 'False', '1', '0.0', 'x'])).toEqual([
      1,
      0,
      1,
      0,
      'the label is not true or false',
    ]);
  });
  test('given as a number and a text compares texts', async () => {
    expect(await read('binary', { positive: [8, 'good'] }, ['8', 'good', 'bad', '7'])).toEqual([1, 1, 0, 0]);
  });
  test('given as a bound is positive above it', async () => {
    expect(await read('binary', { positive: { above: 15 } }, ['15', '15.1', '-3', 'late', null])).toEqual([
      0,
      1,
      0,
      'the label is not a finite number',
      missing,
    ]);
  });
  test('has two classes with names', () => {
    expect(labelClasses(pipelineOf('binary', { positive: 1 }))).toEqual(['not 1', '1']);
    expect(labelClasses(pipelineOf('binary', { positive: ['a', 'b'], negative: 'c' }))).toEqual(['c', 'a or b']);
    expect(labelClasses(pipelineOf('binary', { positive: { above: 15 } }))).toEqual(['at most 15', 'above 15']);
  });
});

describe('other labels', () => {
  test('of several classes are the position of the class', async () => {
    const classes = { classes: ['red', 'green', 'blue'] };
    expect(await read('multiclass', classes, ['blue', 'red', 'pink', null])).toEqual([
      2,
      0,
      'the label is not among label.classes',
      missing,
    ]);
    expect(await read('multiclass', { classes: [3, 4, 5] }, ['5.0', '3'])).toEqual([2, 0]);
    expect(labelClasses(pipelineOf('multiclass', classes))).toEqual(['red', 'green', 'blue']);
  });
  test('of a regression are finite numbers', async () => {
    const notFinite = 'the label is not a finite number';
    expect(await read('regression', {}, ['1.5', '-2e3', 'inf', 'nan', 'x', null])).toEqual([
      1.5,
      -2000,
      notFinite,
      notFinite,
      notFinite,
      missing,
    ]);
    expect(labelClasses(pipelineOf('regression', {}))).toEqual([]);
  });
});

test('a binary label without a positive value counts 1 as positive', () => {
  const { dataset, ...rest } = pipelineOf('binary', { positive: 'yes' });
  const unnamed = { ...rest, dataset: { ...dataset, label: { column: 'y' } } };
  expect(labelClasses(unnamed)).toEqual(['not 1', '1']);
  expect(labelSql(unnamed, 'v')).toEqual(labelSql(pipelineOf('binary', { positive: 1 }), 'v'));
});

test('a multiclass label without classes has none, so that every value is malformed', () => {
  const { dataset, ...rest } = pipelineOf('multiclass', { classes: ['a', 'b', 'c'] });
  expect(labelClasses({ ...rest, dataset: { ...dataset, label: { column: 'y' } } })).toEqual([]);
});

test('a binary label given as words and numbers is compared as text', async () => {
  expect(await read('binary', { positive: ['yes', 1] }, ['yes', '1', '1.0', '01', 'no'])).toEqual([1, 1, 1, 0, 0]);
  expect(await read('binary', { positive: ['yes', true] }, ['yes', 'true', 'TRUE', '1'])).toEqual([1, 1, 1, 0]);
});
