import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRawRows, readTestFile } from '#cli/commands/tests';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-tests-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): unknown {
  const file = join(folder, 'mine.json');
  writeFileSync(file, text);
  return readTestFile(file);
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
    ['{}', 'mine.json:1:1 kind: missing; allowed: contract, golden.'],
    ['{"id":"mine","kind":"contract"}', 'request: missing'],
    ['{"id":"mine","kind":"contract",\n "request":{}}', 'mine.json:2:12 request: one of body, rows, s3Uri is missing.'],
    ['{"id":"mine","kind":"contract","request":{"bdy":"1,2"}}', 'request.bdy: not a known setting. Did you mean body?'],
    ['{"id":"mine","kind":"contrct","request":{"body":"1"}}', 'found "contrct"; allowed: contract, golden.'],
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
