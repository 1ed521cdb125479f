import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKind, checkRawRows, readTestFile } from '#cli/commands/tests';
import { testYaml } from '#cli/endpoint-tests/print';
import { writtenTest } from '#cli/endpoint-tests/suite';
import { type EndpointTest, endpointTestSchema } from '#domain/endpoint-tests/registry';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-tests-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function readAll(text: string): EndpointTest[] {
  const file = join(folder, 'mine.json');
  writeFileSync(file, text);
  return readTestFile(file);
}
/** The only test of a file. */
function read(text: string): EndpointTest | undefined {
  const tests = readAll(text);
  expect(tests).toHaveLength(1);
  return tests[0];
}

describe('a file of an endpoint test', () => {
  it('is read from JSON, indented with tabs too, and from YAML', () => {
    const test = { id: 'mine', kind: 'contract', request: { body: '1,2' } };
    const complete = {
      ...test,
      request: { contentType: 'text/csv', body: '1,2' },
      expect: { status: 200 },
    };
    expect(read(JSON.stringify(test))).toEqual(complete);
    expect(read(JSON.stringify(test, null, '\t'))).toEqual(complete);
    expect(read('id: mine\nkind: contract\nrequest: { body: "1,2" }\n')).toEqual(complete);
  });

  it.each([
    [
      '{}',
      'mine.json:1:1 kind: missing; allowed: contract, golden, invariance, monotonicity, robustness, latency, load.',
    ],
    ['{"id":"mine","kind":"contract"}', 'request: missing'],
    ['{"id":"mine","kind":"contract",\n "request":{}}', 'mine.json:2:12 request: one of body, rows, s3Uri is missing.'],
    ['{"id":"mine","kind":"contract","request":{"bdy":"1,2"}}', 'request.bdy: not a known setting. Did you mean body?'],
    [
      '{"id":"mine","kind":"contrct","request":{"body":"1"}}',
      'found "contrct"; allowed: contract, golden, invariance, monotonicity, robustness, latency, load.',
    ],
    ['{"id":"mine","kind":"contrct","request":{"body":"1"}}', 'Did you mean contract?'],
    ['{"id":"mine","kind":"golden"}', 'a golden test has exactly one of s3Uri and cases.'],
    ['{"kind":"golden","s3Uri":"s3://golden/g.json"}', 'id: missing; expected a text.'],
    [
      '{"id":"mine","kind":"contract","request":{"body":"1"},"expect":{"status":"200"}}',
      'expect.status: found "200"; expected a number.',
    ],
    ['[]', 'expected a mapping'],
    ['', 'the file is empty; it must hold an endpoint test'],
    ['{"id":"mine"', 'not valid YAML'],
  ])('says of %s what is missing or wrong, and where', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

describe('a file with a list of tests', () => {
  const one = { id: 'one', kind: 'contract', request: { body: '1,2' } };

  it('holds all of them, in order', () => {
    expect(readAll(JSON.stringify([one, { ...one, id: 'two' }])).map(({ id }) => id)).toEqual(['one', 'two']);
    expect(readAll('- id: one\n  kind: contract\n  request: { body: "1,2" }\n')).toMatchObject([one]);
  });

  it('names the one that is wrong', () => {
    expect(() => readAll('- id: one\n  kind: golden\n  tolerance: a lot\n')).toThrow(
      'mine.json:3:14 [0].tolerance: found "a lot"; expected a number.',
    );
  });
});

describe('a test as "tests get" prints it', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  );
  const row = fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1 }), value, {
    maxKeys: 4,
    noNullPrototype: true,
  });
  const common = {
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
    description: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }), { nil: undefined }),
    enabled: fc.option(fc.boolean(), { nil: undefined }),
  };
  const body = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  const bound = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined });
  const written = fc.oneof(
    fc.record({
      ...common,
      kind: fc.constant('contract'),
      request: fc.oneof(fc.record({ body }), fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 3 }) })),
      expect: fc.record({ min: bound, max: bound }),
    }),
    fc.record({
      ...common,
      kind: fc.constant('golden'),
      cases: fc.array(fc.record({ body, predictions: fc.constant([0.25]) }), { minLength: 1, maxLength: 3 }),
    }),
  );
  const version = {
    id: 't',
    version: 3,
    digest: 'd',
    at: '2026-03-01T08:00:00.000Z',
    by: 'ann',
    comment: 'why\n- not',
  };

  it('is what "tests put" takes, as YAML and as JSON', () => {
    fc.assert(
      fc.property(written, (input) => {
        const test = endpointTestSchema.parse(JSON.parse(JSON.stringify(input)));
        const { id, ...content } = test;
        const stored = { pk: 'e', sk: `test#${id}`, version: 3, digest: 'd', managed: true, ...content };
        const got = writtenTest(id, stored);
        expect(got).toEqual(test);
        expect(read(testYaml(got, version))).toEqual(test);
        expect(read(testYaml(got, undefined))).toEqual(test);
        expect(read(JSON.stringify(got, null, 2))).toEqual(test);
      }),
    );
  });

  it('is printed as it was written when it is not valid', () => {
    const stored = { pk: 'e', sk: 'test#t', kind: 'contract', request: { body: 7 } };
    expect(writtenTest('t', stored)).toEqual({ id: 't', kind: 'contract', request: { body: 7 } });
  });
});

describe('raw rows of a test', () => {
  const check = (rows: Record<string, string>[], kind: 'contract' | 'golden') =>
    checkRawRows(
      kind === 'contract'
        ? { id: 'mine', kind, request: { rows }, expect: { status: 200 } }
        : { id: 'mine', kind, tolerance: 0, cases: rows.map((row) => ({ row, predictions: [1] })) },
      ['income', 'amount'],
    );

  it('may have model inputs', () => {
    for (const kind of ['contract', 'golden'] as const) check([{ income: '1', amount: '2' }, {}], kind);
    checkRawRows(
      { id: 'x', kind: 'contract', request: { contentType: 'text/csv', body: '1' }, expect: { status: 200 } },
      [],
    );
  });

  it('may have no other column, because the test is stored as it is', () => {
    for (const kind of ['contract', 'golden'] as const) {
      expect(() => check([{ income: '1' }, { amount: '1', full_name: 'Jane' }], kind)).toThrow(
        'row 2, key 2: only model inputs may be in a test, which is stored as it is: income, amount.',
      );
    }
  });
});

describe('a test of an asynchronous endpoint', () => {
  it.each(['latency', 'load', 'robustness'] as const)('is refused when it is one of %s', (kind) => {
    expect(() => checkKind({ id: 'mine', kind }, {})).toThrow(
      new RegExp(`^Test mine: an asynchronous endpoint has no ${kind} tests: .+\\. Leave it out\\.$`),
    );
    checkKind({ id: 'mine', kind }, undefined);
  });

  it('may be of every other kind', () => {
    for (const kind of ['contract', 'golden', 'invariance', 'monotonicity'] as const)
      checkKind({ id: 'mine', kind }, {});
  });
});
