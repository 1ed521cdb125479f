import { describe, expect, it } from 'vitest';
import { contract as contractKind } from '#domain/endpoint-tests/contract';
import { defaultTests } from '#domain/endpoint-tests/defaults';
import { golden } from '#domain/endpoint-tests/golden';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import {
  isEnabled,
  latestResultKey,
  readTest,
  resultKey,
  testedKey,
  testKey,
  testPrefix,
} from '#domain/endpoint-tests/suite';
import { versionKey } from '#domain/endpoint-tests/versions';
import { pipelineSchema } from '#schemas/pipeline';
import { goldenSchema } from '#schemas/records/golden';

const item = (id: string, test: Record<string, unknown>) => ({ pk: 'endpoint', sk: `test#${id}`, ...test });
const contract = { kind: 'contract', request: { body: '1,2' } };
const uri = 's3://artifacts/loan/runs/r/golden.json';

describe('readTest', () => {
  it.each([
    ['a kind that does not exist', { kind: 'chaos' }, 'kind'],
    ['a request without a body', { kind: 'contract', request: {} }, 'request'],
    ['a bound that is text', { ...contract, expect: { min: '0' } }, 'expect.min'],
    ['a key nobody knows', { ...contract, expct: {} }, 'expct'],
    ['a golden test with nothing to ask', { kind: 'golden' }, 'exactly one of s3Uri and cases'],
    [
      'golden cases of different widths',
      {
        kind: 'golden',
        cases: [
          { body: '1', predictions: [1] },
          { body: '1', predictions: [1, 2] },
        ],
      },
      'cases',
    ],
    ['an address that is not S3', { kind: 'golden', s3Uri: 'https://x/y' }, 's3Uri'],
    ['a switch that is neither on nor off', { ...contract, enabled: 'no' }, 'enabled'],
  ])('turns %s into a failing test that names the place', (_, test, place) => {
    expect(readTest(item('t', test), undefined)).toMatchObject({
      id: 't',
      kind: 'invalid',
      problem: expect.stringContaining(place),
    });
  });

  it('refuses an id that is no id', () => {
    expect(readTest(item('a b', contract), undefined)).toMatchObject({
      kind: 'invalid',
      problem: expect.stringContaining('id'),
    });
  });

  it('leaves the pointers of managed tests alone when the run that serves is unknown', () => {
    const managed = item('g', { kind: 'golden', managed: true, s3Uri: uri });

    expect(readTest(managed, undefined)).toMatchObject({ s3Uri: uri });
  });
});

describe('defaultTests', () => {
  const pipeline = (task: string, label: object) =>
    pipelineSchema.parse({
      name: 'any',
      dataset: { format: 'csv', label: { column: 'y', ...label }, columns: { x: { role: 'feature', type: 'number' } } },
      evaluation: {
        task,
        gates: [task === 'regression' ? { metric: 'rmse', max: 1 } : { metric: 'accuracy', min: 0 }],
      },
    });

  it.each([
    ['binary', { positive: 1 }, { valuesPerRow: 1, min: 0, max: 1 }],
    ['multiclass', { classes: ['a', 'b', 'c'] }, { valuesPerRow: 3, min: 0, max: 1 }],
    ['regression', {}, { valuesPerRow: 1 }],
  ])('expects of a %s model an answer of its form', (task, label, form) => {
    const [contractTest, goldenTest] = defaultTests(pipeline(task, label), uri);

    expect(contractTest).toMatchObject({ expect: { status: 200, contentType: 'text/csv', ...form } });
    expect(goldenTest).toMatchObject({ kind: 'golden', s3Uri: uri });
  });

  it('are one of each kind but load; invariance and monotonicity where the pipeline declares columns so', () => {
    const { evaluation, dataset } = pipeline('binary', { positive: 1 });
    const declaring = (x: object) => ({ evaluation, dataset: { ...dataset, columns: { x: { ...x } } } });
    const kinds = (config: Parameters<typeof defaultTests>[0]) => defaultTests(config, uri).map(({ kind }) => kind);

    expect(kinds({ evaluation, dataset })).toEqual(['contract', 'golden', 'robustness', 'latency']);
    expect(kinds(declaring({ monotone: 'increasing' }))).toContain('monotonicity');
    expect(kinds(declaring({ monotone: 'increasing' }))).not.toContain('invariance');
    expect(kinds(declaring({ invariant: 0.1 }))).toContain('invariance');
  });

  it('of an asynchronous endpoint are those that need no caller who waits', () => {
    const kinds = defaultTests({ ...pipeline('binary', { positive: 1 }), deployment: { asynchronous: {} } }, uri);

    expect(kinds.map(({ kind }) => kind)).toEqual(['contract', 'golden']);
  });

  it('follow the run that serves, also after a roll-back', () => {
    const { evaluation } = pipeline('binary', { positive: 1 });
    const columns = { x: { monotone: 'increasing', invariant: 0 } };
    const former = 's3://artifacts/loan/runs/former/golden.json';
    for (const { id, ...test } of defaultTests({ evaluation, dataset: { label: {}, columns } }, uri)) {
      const read = JSON.stringify(readTest({ ...item(id, test), managed: true }, former));
      expect(read).toContain(former);
      expect(read).not.toContain(uri);
    }
  });

  it('keep the request of a test that sends no golden rows', () => {
    const test = { kind: 'latency', request: { rows: [{ x: 1 }] }, p50Ms: 1, managed: true };
    expect(readTest(item('own', test), uri)).toMatchObject({ request: { rows: [{ x: 1 }] } });
  });

  it('are none of a kind that has no default, and expect one number a row of classes nobody named', () => {
    const { defaultTest: _, ...bare } = golden;
    expect(
      defaultTests(pipeline('binary', { positive: 1 }), uri, [contractKind, bare]).map(({ kind }) => kind),
    ).toEqual(['contract']);
    const { evaluation } = pipeline('multiclass', { classes: ['a', 'b', 'c'] });
    const unnamed = { evaluation, dataset: { label: {} } };
    expect(defaultTests(unnamed, uri)[0]).toMatchObject({ expect: { valuesPerRow: 1, min: 0, max: 1 } });
  });

  it('are tests as anybody could have written them', () => {
    const { evaluation } = pipeline('binary', { positive: 1 });
    const columns = { x: { monotone: 'increasing', invariant: 0 } };
    for (const test of defaultTests({ evaluation, dataset: { label: {}, columns } }, uri)) {
      expect(endpointTestSchema.parse(test)).toEqual(test);
    }
  });
});

it('refuses a golden file whose cases do not have the width it says', () => {
  const cases = [{ body: '1', predictions: [0.1, 0.9] }];

  expect(goldenSchema.safeParse({ valuesPerRow: 2, cases }).success).toBe(true);
  expect(goldenSchema.safeParse({ valuesPerRow: 1, cases }).success).toBe(false);
});

it('leaves a test out that is switched off, and no other', () => {
  expect(isEnabled(item('t', { ...contract, enabled: false }))).toBe(false);
  for (const enabled of [true, 'false', undefined]) expect(isEnabled(item('t', { ...contract, enabled }))).toBe(true);
});

it('points managed tests at the golden requests of the run that serves, and those alone', () => {
  const [older, ask] = [
    's3://artifacts/loan/runs/older/golden.json',
    { kind: 'contract', request: { s3Uri: 's3://artifacts/loan/own.json' } },
  ];
  expect(readTest(item('g', { kind: 'golden', managed: true, s3Uri: older }), uri)).toMatchObject({ s3Uri: uri });
  expect(readTest(item('c', { ...ask, managed: true }), uri)).toMatchObject({ request: { s3Uri: uri } });
  expect(readTest(item('b', { ...contract, managed: true }), uri)).toMatchObject(contract);
  expect(readTest(item('c', ask), uri)).toMatchObject(ask);
  const own = { kind: 'golden', cases: [{ body: '1', predictions: [0.5] }] };
  expect(readTest(item('o', { ...own, managed: true }), uri)).toMatchObject(own);
  const { withGolden: _, ...still } = golden;
  expect(readTest(item('g', { kind: 'golden', managed: true, s3Uri: older }), uri, [still])).toMatchObject({
    s3Uri: older,
  });
  expect(readTest(item('o', { ...own, managed: true }), uri)).not.toHaveProperty('s3Uri');
});

it('keeps every kind of item under a key of its own', () => {
  const keys = [
    testKey('t'),
    testedKey('2026-01-01', 'c'),
    resultKey('2026-01-01', 'c'),
    latestResultKey,
    versionKey('t', 1),
  ];
  expect(new Set(keys).size).toBe(5);
  expect(keys.filter((key) => key.startsWith(testPrefix))).toEqual(['test#t']);
});
