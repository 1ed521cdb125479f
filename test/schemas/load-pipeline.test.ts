import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PipelineConfigError } from '#domain/errors';
import { parsePipeline } from '#schemas/load-pipeline';
import { pipelineJsonSchema } from '../../scripts/generate-schemas.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const files = ['pipelines/', 'test/fixtures/pipelines/'].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => folder + name),
);
const problems = (text: string): string => {
  try {
    parsePipeline(text, 'pipelines/p.yml');
  } catch (error) {
    expect(error).toBeInstanceOf(PipelineConfigError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};
const good = `name: small
dataset:
  format: csv
  label: { column: y, positive: 1 }
  id: id
  columns:
    x: { role: feature, type: number }
evaluation:
  task: binary
  gates: [{ metric: auc, min: 0.7 }]
`;

describe('pipeline files', () => {
  test.each(files)('%s validates', (file) => {
    expect(parsePipeline(read(file), file).name).toMatch(/^[a-z]/);
  });
  test('of the product are named as they call themselves', () => {
    for (const file of files.filter((f) => f.startsWith('pipelines/'))) {
      expect(`pipelines/${parsePipeline(read(file), file).name}.yml`).toBe(file);
    }
  });
  test('get their defaults', () => {
    expect(parsePipeline(good, 'p.yml')).toMatchObject({
      split: { train: 0.7, seed: 'tidegate' },
      dataset: { maxMalformedFraction: 0.01, trigger: { marker: '_SUCCESS' }, columns: { x: { impute: 'median' } } },
      registry: { approval: 'manual' },
    });
  });
  test('are described by the generated JSON Schema, which is up to date', () => {
    expect(JSON.parse(read('schemas/generated/pipeline.schema.json'))).toEqual(JSON.parse(pipelineJsonSchema()));
  });
});

describe('a pipeline file with mistakes', () => {
  test('is refused with file, line, column, path, what was found and what is allowed, all at once', () => {
    const text = good
      .replace('format: csv', 'format: cvs')
      .replace('type: number', 'type: number, impute: medain')
      .replace('metric: auc', 'metric: aucc');
    expect(problems(text)).toMatch(/^pipelines\/p\.yml has 3 problems:\n/);
    expect(problems(text)).toContain(
      'pipelines/p.yml:3:11 dataset.format: found "cvs"; allowed: csv, jsonl, parquet. Did you mean csv?',
    );
    expect(problems(text)).toContain(
      'p.yml:7:47 dataset.columns.x.impute: found "medain"; allowed: median, mean, zero, none, a number. Did you mean median?',
    );
    expect(problems(text)).toContain('p.yml:10:21 evaluation.gates[0].metric: found "aucc"; allowed: auc, pr_auc,');
  });
  test('learns which setting was probably meant', () => {
    expect(problems(good.replace('type: number }', 'type: number, indcator: true }'))).toContain(
      'dataset.columns.x.indcator: not a known setting. Did you mean indicator?',
    );
    expect(problems(`${good}nmae: x\n`)).toContain('p.yml:11:1 nmae: not a known setting. Did you mean name?');
    expect(problems(`${good}zzzz: x\n`)).toContain('zzzz: not a known setting. Allowed: name, description, dataset,');
  });
  test('learns what is missing', () => {
    expect(problems(good.replace('  task: binary\n', ''))).toContain(
      'evaluation.task: missing; allowed: binary, multiclass, regression.',
    );
    expect(problems(good.replace('role: feature, ', ''))).toContain(
      'dataset.columns.x.role: missing; allowed: feature, pii,',
    );
    expect(problems(good.replace(/^name: small\n/, ''))).toContain('name: missing; expected a text.');
  });
  test('learns of values of the wrong kind or size', () => {
    expect(problems(good.replace('min: 0.7', 'min: high'))).toContain(
      'evaluation.gates[0].min: found "high"; expected a number.',
    );
    expect(problems(`${good}split: { train: 2 }\n`)).toContain('split.train: found 2; must be below 1.');
    expect(problems(`${good}training: { instances: { count: 0 } }\n`)).toContain(
      'training.instances.count: found 0; must be at least 1.',
    );
    expect(problems(`${good}dataset2: []\n`)).toContain('Did you mean dataset?');
  });
  test('learns of the alternative its author had in mind', () => {
    expect(problems(good.replace('positive: 1', 'positive: { abov: 3 }'))).toContain(
      'dataset.label.positive.above: missing; expected a number.',
    );
  });
  test('learns that a gate has one bound, and which ones there are', () => {
    expect(problems(good.replace('min: 0.7', 'min: 0.7, max: 0.9'))).toContain(
      'evaluation.gates[0].max: cannot be set together with min.',
    );
    expect(problems(good.replace(', min: 0.7', ''))).toContain(
      'evaluation.gates[0]: one of min, max, vsChampion, sliceBound, sliceRatio, sliceVsChampion is missing.',
    );
    expect(problems(good.replace('min: 0.7', 'vsChampoin: { notWorseBy: 0 }'))).toMatch(
      /one problem:\n.*evaluation\.gates\[0\]\.vsChampoin: not a known setting\. Did you mean vsChampion\?$/,
    );
  });
  test('learns where its YAML is broken', () => {
    expect(problems('name: "x\n')).toContain('pipelines/p.yml:2:1 not valid YAML: Missing closing "quote');
    expect(problems(`${good}name: twice\n`)).toContain('not valid YAML: Map keys must be unique');
    expect(problems('')).toContain('the file is empty');
    expect(problems('- a list\n')).toContain('expected a mapping');
  });
});

describe('rules across fields', () => {
  const column = (line: string) => good.replace('    x:', `    ${line}\n    x:`);
  test.each([
    [
      'a date shift that knows no subject',
      column('d: { role: quasi, action: dateShift, days: 30 }').replace('  id: id\n', ''),
      'dateShift must know whose a value is; name a column here, or set dataset.id',
    ],
    [
      'noise by a subject that is no column',
      column('n: { role: quasi, action: noise, scale: 1, subject: who }'),
      '"who" is neither dataset.id nor listed under dataset.columns',
    ],
    [
      'k-anonymity over columns with noise alone',
      column('n: { role: quasi, action: noise, scale: 1 }').replace(
        '{ metric: auc, min: 0.7 }',
        '{ kAnonymity: { min: 5 } }',
      ),
      'there is nothing to group by',
    ],
    [
      'k-anonymity without quasi-identifiers',
      good.replace('{ metric: auc, min: 0.7 }', '{ kAnonymity: { min: 5 } }'),
      'give a column the role quasi',
    ],
    [
      'a pattern that RE2 does not know',
      `${good}personalData: { patterns: [{ name: p, regex: "(?=a)" }] }\n`,
      'not a regular expression of RE2',
    ],
    [
      'an alarm on predictions of several classes',
      `${good
        .replace('positive: 1', 'classes: [a, b, c]')
        .replace('task: binary', 'task: multiclass')
        .replace('metric: auc', 'metric: accuracy')}deployment: { strategy: canary, alarms: { predictions: 0.1 } }\n`,
      'deployment.alarms.predictions: it compares one number of each prediction: for binary and regression',
    ],
    ['a label that is also a column', column('y: { role: ignore }'), 'must not be listed under columns'],
    ['an id that is also a column', column('id: { role: ignore }'), 'always tokenized'],
    [
      'columns that differ in case alone',
      column('X: { role: ignore }'),
      'differs from "X" only in upper and lower case',
    ],
    ['a reserved name', column('_side: { role: ignore }'), 'reserved'],
    [
      'a generalized column used as what it is not',
      column('z: { role: quasi, action: generalize, keepFirst: 2, feature: { type: number } }'),
      'a column generalized by keepFirst is a category, not a number',
    ],
    [
      'a group column that is not there',
      `${good}split: { groupBy: { column: nowhere } }\n`,
      '"nowhere" is not listed under dataset.columns',
    ],
    [
      'negatives beside a bound',
      good.replace('positive: 1', 'positive: { above: 1 }, negative: 0'),
      'label.negative goes with a binary task',
    ],
    [
      'a metric of another task',
      good.replace('metric: auc, min', 'metric: rmse, max'),
      '"rmse" is not a binary metric',
    ],
    [
      'an estimate of a metric that no model of the task has',
      `${good}drift: { schedule: rate(1 day), performance: { metric: rmse } }\n`,
      '"rmse" of a binary model cannot be estimated without labels; allowed: auc, pr_auc, accuracy',
    ],
    [
      'a reference of earlier windows for a check of drops',
      `${good}drift: { schedule: rate(1 day), source: newest-drop, reference: { kind: rolling } }\n`,
      'drift.reference: earlier windows are of captured requests; set drift.source to captures',
    ],
    [
      'a season that is shorter than the window',
      `${good}drift: { schedule: rate(1 day), window: 8d, reference: { kind: season } }\n`,
      'a window of 8d is longer than the period of 7d',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(problems(text)).toContain(message);
  });
});
