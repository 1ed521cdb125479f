import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, countRows, readRows } from '#domain/endpoint-tests/answer';
import { type ContractTest, judgeContract } from '#domain/endpoint-tests/contract';
import { judgeGolden } from '#domain/endpoint-tests/golden';
import { parsePredictions } from '#domain/endpoint-tests/predictions';
import { EvaluationError } from '#domain/errors';
import type { Golden } from '#schemas/records/golden';

const answer = (body: string, rest: Partial<Answer> = {}): Answer => ({
  status: 200,
  contentType: 'text/csv; charset=utf-8',
  body,
  latencyMs: 12,
  ...rest,
});
const contract = (expected: Partial<ContractTest['expect']>): ContractTest => ({
  id: 'form',
  kind: 'contract',
  request: { contentType: 'text/csv', body: '1' },
  expect: { status: 200, ...expected },
});
const matrix = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 20,
  }),
);
const width = (rows: readonly number[][]): number => rows[0]?.length ?? 1;

describe('parsePredictions', () => {
  it.each([
    ['commas on one line', (rows: number[][]) => rows.flat().join(',')],
    ['one row a line', (rows: number[][]) => `${rows.map((r) => r.join(',')).join('\n')}\n`],
    ['Windows line ends', (rows: number[][]) => rows.map((r) => r.join(', ')).join('\r\n')],
    ['a bracketed row a line', (rows: number[][]) => rows.map((r) => `[${r.join(', ')}]`).join('\n')],
    ['nested brackets', (rows: number[][]) => JSON.stringify(rows)],
  ])('reads %s', (_, write) => {
    fc.assert(
      fc.property(matrix, (rows) => {
        const plain = rows.map((row) => row.map((v) => Number(String(v))));
        expect(parsePredictions(write(plain), width(plain))).toEqual(plain);
      }),
    );
  });

  it.each([
    ['text', '0.1,abc', 'value 2 is not a number'],
    ['NaN', '0.1,nan', 'value 2 is not a number'],
    ['infinity', '0.1,Infinity', 'value 2 is not a finite number'],
    ['a broken row', '0.1,0.2,0.3', '3 numbers do not make rows of 2'],
    ['nothing', ' \n', 'the answer is empty'],
  ])('refuses %s without repeating it', (_, body, message) => {
    const read = () => parsePredictions(body, 2);

    expect(read).toThrow(EvaluationError);
    expect(read).toThrow(message);
    expect(read).not.toThrow('abc');
  });
});

describe('judgeContract', () => {
  it('passes an answer that keeps to all of it', () => {
    const test = contract({ contentType: 'Text/CSV', valuesPerRow: 2, min: 0, max: 1, rows: 2, maxLatencyMs: 12 });

    expect(judgeContract(test, answer('0,1\n0.5,0.5'), 2)).toEqual({
      passed: true,
      detail: 'status 200, 2 rows in 12 ms',
    });
  });

  it.each<[string, Partial<ContractTest['expect']>, Answer, string]>([
    ['status', {}, answer('', { status: 500 }), 'status 500 instead of 200'],
    [
      'content type',
      { contentType: 'text/csv' },
      answer('1', { contentType: undefined }),
      'content type missing instead of text/csv',
    ],
    ['rows', { valuesPerRow: 1 }, answer('0.1'), '1 row instead of 2'],
    ['explicit rows', { rows: 3 }, answer('0.1,0.2'), '2 rows instead of 3'],
    ['width', { valuesPerRow: 3 }, answer('0.1,0.2'), 'the answer: 2 numbers do not make rows of 3'],
    ['lower bound', { min: 0 }, answer('-1,0'), '1 number below 0'],
    ['upper bound', { max: 1 }, answer('2,3'), '2 numbers above 1'],
    ['latency', { maxLatencyMs: 10 }, answer('1,1', { latencyMs: 20.4 }), '20 ms instead of at most 10'],
    ['several at once', { min: 0, maxLatencyMs: 1 }, answer('-1,0'), '1 number below 0; 12 ms instead of at most 1'],
  ])('fails by %s', (_, expected, given, detail) => {
    expect(judgeContract(contract(expected), given, 2)).toEqual({ passed: false, detail });
  });

  it('does not look into the body when nothing of it is expected', () => {
    expect(judgeContract(contract({ status: 400 }), answer('no numbers', { status: 400 }), 1)).toMatchObject({
      passed: true,
    });
  });
});

describe('judgeGolden', () => {
  const golden = (rows: readonly number[][]): Golden => ({
    valuesPerRow: width(rows),
    cases: rows.map((predictions) => ({ body: 'x', predictions })),
  });
  const text = (rows: readonly number[][]) => rows.map((r) => r.join(',')).join('\n');

  it('passes the very answers, at any tolerance', () => {
    fc.assert(
      fc.property(matrix, fc.constantFrom(0, 1e-9, 1e-3), (rows, tolerance) => {
        expect(judgeGolden(golden(rows), tolerance, answer(text(rows))).passed).toBe(true);
      }),
    );
  });

  it('fails when one number is off by more than the tolerance, and names its row', () => {
    fc.assert(
      fc.property(matrix, fc.nat(), fc.constantFrom(-1, 1), (rows, pick, sign) => {
        const row = pick % rows.length;
        const off = rows.map((values, i) =>
          i === row ? values.map((v, j) => (j === 0 ? v + sign * 0.02 * Math.max(1, Math.abs(v)) : v)) : values,
        );
        fc.pre(off.flat().every(Number.isFinite));
        const judgement = judgeGolden(golden(rows), 0.01, answer(text(off)));
        expect(judgement.passed).toBe(false);
        expect(judgement.detail).toContain(`1 of ${rows.length} row`);
        expect(judgement.detail).toContain(`first row ${row + 1},`);
      }),
    );
  });

  it('measures large predictions relatively and small ones absolutely', () => {
    expect(judgeGolden(golden([[100_000]]), 1e-6, answer('100000.05')).passed).toBe(true);
    expect(judgeGolden(golden([[0.1]]), 1e-6, answer('0.10001')).passed).toBe(false);
  });

  it('fails when a row has fewer answers than were recorded', () => {
    const damaged: Golden = { valuesPerRow: 1, cases: [{ body: 'x', predictions: [0.1, 0.2] }] };
    expect(judgeGolden(damaged, 1, answer('0.1')).passed).toBe(false);
  });

  it('fails on another status, too few rows, or no numbers', () => {
    const two = golden([[0.1], [0.2]]);

    expect(judgeGolden(two, 1, answer('', { status: 503 }))).toEqual({
      passed: false,
      detail: 'status 503 instead of 200',
    });
    expect(judgeGolden(two, 1, answer('0.1'))).toEqual({ passed: false, detail: '1 row instead of 2' });
    expect(judgeGolden(two, 1, answer('<html>'))).toEqual({
      passed: false,
      detail: 'the answer: value 1 is not a number; is this the answer of a model in text/csv?',
    });
  });
});

it('counts the rows of a request by its lines', () => {
  expect([countRows('1,2'), countRows('1,2\n3,4\n'), countRows('1\r\n2\r\n')]).toEqual([1, 2, 2]);
});

it('has an answer that cannot be read said in words, and passes on any other error', () => {
  expect(readRows('0.1,0.2', 2)).toEqual([[0.1, 0.2]]);
  expect(readRows('x', 1)).toBe('the answer: value 1 is not a number; is this the answer of a model in text/csv?');
  expect(() => readRows(undefined as never, 1)).toThrow(TypeError);
});
