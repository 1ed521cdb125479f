import { describe, expect, it } from 'vitest';
import { CONSTRAINTS, constraintKindOf, constraintSchemaOf } from '#domain/constraints/registry';
import { constrainedData, subjectNamed } from '#domain/constraints/subjects';
import { parsePipeline } from '#schemas/load-pipeline';

const base = (label: string, task: string) => `name: loans
dataset:
  format: csv
  label: ${label}
  id: loan_id
  time: issued_at
  columns:
    email: { role: pii, action: tokenize }
    phone: { role: pii, action: mask, keepLast: 2 }
    street: { role: pii, action: drop }
    income: { role: feature, type: number }
    home: { role: feature, type: category }
    owner: { role: feature, type: boolean }
    since: { role: feature, type: datetime, parts: [year] }
    sex: { role: slice }
evaluation: { task: ${task}, gates: [{ metric: ${task === 'regression' ? 'rmse, max: 1' : task === 'binary' ? 'auc, min: 0.5' : 'accuracy, min: 0.5'} }] }
constraints:
`;
const binary = base('{ column: y, positive: 1, negative: 0 }', 'binary');
const multiclass = base('{ column: y, classes: [a, b, c] }', 'multiclass');
const regression = base('{ column: y }', 'regression');
const parse = (constraint: string, head = binary) => parsePipeline(`${head}  - { ${constraint} }\n`, 'loans.yml');

describe('constraints of a pipeline', () => {
  it.each([
    ['check: missing, column: issued_at, max: 0.1', binary],
    ['check: missing, column: phone, max: 0', binary],
    ['check: range, column: income, min: 0', binary],
    ['check: range, column: issued_at, min: 2020-01-01', binary],
    ['check: range, column: since, min: 2020-01-01, max: 2020-01-01', binary],
    ['check: range, column: income, min: 5, max: 5', binary],
    ['check: values, column: home, allowed: [rent, 1, true]', binary],
    ["check: values, column: income, allowed: [1, '2']", binary],
    ['check: values, column: owner, allowed: [true]', binary],
    ['check: values, column: sex, allowed: [f, m]', binary],
    ['check: unique, column: loan_id', binary],
    ['check: unique, column: email', binary],
    ['check: unique, column: issued_at', binary],
    ['check: rows, min: 5, max: 5', binary],
    ['check: rows, vsLast: { atLeast: 1, atMost: 1 }', binary],
    ['check: label, min: 0, max: 1', binary],
    ['check: label, class: 0, vsLast: { within: 0.1 }', binary],
    ['check: label, class: b, min: 0.1', multiclass],
    ['check: label, min: -5, max: 3000', regression],
    ['check: freshness, maxAge: 30d', binary],
    ['check: malformed, column: y, max: 0.1', binary],
    ['check: malformed, column: income, max: 0.1, onFailure: warn', binary],
  ])('may be { %s }', (constraint, head) => {
    expect(parse(constraint, head).constraints).toHaveLength(1);
  });

  it.each([
    [
      'check: missing, column: incone, max: 0.1',
      '[0].column',
      'there is no column "incone"; did you mean "income"?',
      binary,
    ],
    [
      'check: missing, column: zzzzzzz, max: 0.1',
      '[0].column',
      'known: issued_at, loan_id, email, phone, income and 4 more',
      binary,
    ],
    ['check: missing, column: street, max: 0.1', '[0].column', '"street" is not kept', binary],
    ['check: missing, column: y, max: 0.1', '[0].column', '"y" is the label; for it there is check: label', binary],
    ['check: missing, column: income, max: 2', '[0].max', 'must be at most 1', binary],
    ['check: mising, column: income, max: 0.1', '[0].check', 'Did you mean missing?', binary],
    ['check: range, column: income', '[0]', 'a range needs min, max or both', binary],
    [
      'check: range, column: home, min: 1',
      '[0].column',
      '"home" holds categories; check: range is for columns of numbers, times',
      binary,
    ],
    ['check: range, column: income, min: 2020-01-01', '[0].min', '"income" holds numbers', binary],
    ['check: range, column: since, max: 5', '[0].max', '"since" holds times', binary],
    ['check: range, column: since, max: tomorrow', '[0].max', 'a date or a time in ISO 8601', binary],
    ['check: range, column: income, min: 2, max: 1', '[0].max', 'max is below min', binary],
    ['check: range, column: since, min: 2021-01-01, max: 2020-01-01', '[0].max', 'max is below min', binary],
    ['check: values, column: since, allowed: [1]', '[0].column', '"since" holds times', binary],
    ['check: values, column: income, allowed: [1, high]', '[0].allowed[1]', '"income" holds numbers', binary],
    ["check: values, column: income, allowed: ['']", '[0].allowed[0]', '"income" holds numbers', binary],
    ['check: values, column: income, allowed: [true]', '[0].allowed[0]', '"income" holds numbers', binary],
    ['check: values, column: owner, allowed: [1]', '[0].allowed[0]', '"owner" holds true and false', binary],
    ['check: values, column: email, allowed: [x]', '[0].column', '"email" holds text that is no model input', binary],
    ['check: unique, column: phone', '[0].column', 'only tokens can be unique', binary],
    ['check: unique, column: street', '[0].column', '"street" is not kept', binary],
    ['check: rows', '[0]', 'needs min, max or vsLast', binary],
    ['check: rows, vsLast: {}', '[0].vsLast', 'vsLast needs atLeast, atMost or both', binary],
    ['check: rows, min: 2, max: 1', '[0].max', 'max is below min', binary],
    ['check: rows, vsLast: { atLeast: 2, atMost: 1 }', '[0].vsLast.atMost', 'atMost is below atLeast', binary],
    ['check: label', '[0]', 'needs min, max or vsLast', binary],
    ['check: label, class: 2, min: 0.1', '[0].class', 'there is no such class: 0, 1', binary],
    ['check: label, min: 0.1', '[0].class', 'name a class: a, b, c', multiclass],
    ['check: label, class: 1, min: 0.1', '[0].class', 'a regression has no classes', regression],
    ['check: label, min: 3', '[0].min', 'the share of a class is from 0 to 1', binary],
    ['check: label, max: -1', '[0].max', 'the share of a class is from 0 to 1', binary],
    ['check: label, min: 0.5, max: 0.4', '[0].max', 'max is below min', binary],
    ['check: freshness, maxAge: 30w', '[0].maxAge', 'hours or days, as 24h or 30d', binary],
    ['check: freshness, maxAge: 1d', '[0]', 'freshness needs dataset.time', binary.replace('  time: issued_at\n', '')],
    ['check: malformed, column: zip, max: 0.1', '[0].column', 'there is no column "zip"', binary],
  ])('may not be { %s }', (constraint, path, message, head) => {
    const parsed = () => parse(constraint, head);
    expect(parsed).toThrow(`constraints${path}`);
    expect(parsed).toThrow(message);
    expect(parsed).toThrow(/^loans\.yml has one problem:\n {2}loans\.yml:\d+:\d+ /);
  });

  it('are refused unless they say otherwise, and tolerate nothing', () => {
    const [range] = parse('check: range, column: income, min: 0').constraints;
    expect(range).toEqual({ check: 'range', column: 'income', min: 0, tolerate: 0, onFailure: 'refuse' });
  });

  it('are none by default', () => {
    expect(parsePipeline(binary.replace('constraints:\n', ''), 'loans.yml').constraints).toEqual([]);
  });
});

describe('the kinds of constraints', () => {
  it('have names of their own, and each is found by its name', () => {
    expect(new Set(CONSTRAINTS.map(({ name }) => name)).size).toBe(CONSTRAINTS.length);
    for (const kind of CONSTRAINTS) expect(constraintKindOf({ check: kind.name })).toBe(kind);
  });

  it('fail closed: an unknown one is an error', () => {
    expect(() => constraintKindOf({ check: 'guess' })).toThrow('There is no constraint "guess"');
    expect(() => constraintSchemaOf([])).toThrow('There is no kind of constraint.');
    const data = constrainedData(parsePipeline(binary.replace('constraints:\n', ''), 'loans.yml'));
    expect(() => subjectNamed(data, 'zip')).toThrow('A constraint names the column zip');
  });
});
