import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import type { TestSession } from '#domain/endpoint-tests/session';
import { NotFoundError, PredictionError, RequestRefusedError } from '#domain/errors';
import type { Golden, RawRow } from '#schemas/records/golden';
import { fakeSession } from '../../fakes/test-session.ts';

const uri = 's3://artifacts/loan/runs/r/golden.json';
const golden: Golden = {
  valuesPerRow: 1,
  cases: [
    { body: '1,2', predictions: [0.25] },
    { body: '3,4', predictions: [0.5] },
  ],
};
const test = (own: Record<string, unknown>) => endpointTestSchema.parse({ id: 't', ...own });
const ports = (body: string, readGolden: TestSession['readGolden'] = async () => golden) => ({
  ...fakeSession(() => [0]),
  ask: vi.fn(async () => ({ status: 200, contentType: 'text/csv', body, latencyMs: 1 })),
  readGolden: vi.fn(readGolden),
  encode: vi.fn(async (rows: readonly RawRow[]) => rows.map((row) => Object.values(row).join(','))),
});

describe('running an endpoint test', () => {
  it('sends the body of a contract as the type it says and judges the answer by its rows', async () => {
    const contract = test({
      kind: 'contract',
      request: { contentType: 'application/json', body: '1,2\n3,4' },
      expect: { valuesPerRow: 1 },
    });
    const own = ports('0.1\n0.2');
    expect(await runTest(contract, own)).toEqual({ passed: true, detail: 'status 200, 2 rows in 1 ms' });
    expect(own.ask).toHaveBeenCalledExactlyOnceWith('1,2\n3,4', 'application/json');
    expect(own.readGolden).not.toHaveBeenCalled();
    expect(await runTest(contract, ports('0.1'))).toEqual({
      passed: false,
      detail: '1 row instead of 2; it answered "0.1"',
    });
  });

  it('sends golden rows from S3, one a line', async () => {
    for (const [own, detail] of [
      [test({ kind: 'contract', request: { s3Uri: uri } }), 'status 200, 2 rows in 1 ms'],
      [test({ kind: 'golden', s3Uri: uri }), '2 rows as evaluated, largest difference 0'],
    ] as const) {
      const used = ports('0.25\n0.5');
      expect(await runTest(own, used)).toEqual({ passed: true, detail });
      expect(used.readGolden).toHaveBeenCalledExactlyOnceWith(uri);
      expect(used.ask).toHaveBeenCalledExactlyOnceWith('1,2\n3,4', 'text/csv');
    }
  });

  it('sends golden rows of its own, as wide as their predictions, within its tolerance', async () => {
    const cases = [{ body: '1', predictions: [0.2, 0.8] }];
    const own = ports('0.21,0.79');
    expect(await runTest(test({ kind: 'golden', cases, tolerance: 0.02 }), own)).toMatchObject({ passed: true });
    expect(own.readGolden).not.toHaveBeenCalled();
    expect(await runTest(test({ kind: 'golden', cases }), ports('0.21,0.79'))).toMatchObject({ passed: false });
  });

  it.each([
    ['is missing', new NotFoundError(`${uri} is not there`), `${uri} is not there`],
    ['is no JSON', new SyntaxError('Unexpected token'), 'the file under s3Uri holds no golden requests'],
    ['holds something else', new z.ZodError([]), 'the file under s3Uri holds no golden requests'],
  ])('fails and asks nothing when the file of golden rows %s', async (_, error, detail) => {
    const own = ports('', () => Promise.reject(error));
    expect(await runTest(test({ kind: 'golden', s3Uri: uri }), own)).toEqual({ passed: false, detail });
    expect(own.ask).not.toHaveBeenCalled();
  });

  it('encodes raw rows of a contract and of golden cases, which may stand beside encoded ones', async () => {
    const contract = test({
      kind: 'contract',
      request: { rows: [{ x: 1, c: 'red' }, { x: 2 }] },
      expect: { valuesPerRow: 1 },
    });
    const own = ports('0.1\n0.2');
    expect(await runTest(contract, own)).toMatchObject({ passed: true });
    expect(own.ask).toHaveBeenCalledExactlyOnceWith('1,red\n2', 'text/csv');

    const cases = [
      { row: { x: 7 }, predictions: [0.1] },
      { body: '3,4', predictions: [0.2] },
      { row: { x: 8 }, predictions: [0.3] },
    ];
    const mixed = ports('0.1\n0.2\n0.3');
    expect(await runTest(test({ kind: 'golden', cases }), mixed)).toMatchObject({ passed: true });
    expect(mixed.encode).toHaveBeenCalledExactlyOnceWith([{ x: 7 }, { x: 8 }]);
    expect(mixed.ask).toHaveBeenCalledExactlyOnceWith('7\n3,4\n8', 'text/csv');
  });

  it('fails and asks nothing when a raw row cannot be encoded', async () => {
    const wrong = new PredictionError('Row 1, column "x": not a finite number.');
    const own = { ...ports(''), encode: () => Promise.reject(wrong) };
    const contract = test({ kind: 'contract', request: { rows: [{ x: 'a' }] } });
    expect(await runTest(contract, own)).toEqual({ passed: false, detail: wrong.message });
    expect(own.ask).not.toHaveBeenCalled();
  });

  it('fails when SageMaker refuses the request', async () => {
    const own = { ...ports(''), ask: () => Promise.reject(new RequestRefusedError('no')) };
    expect(await runTest(test({ kind: 'contract', request: { body: '1' } }), own)).toEqual({
      passed: false,
      detail: 'SageMaker refused the request (ValidationError): is the endpoint in service?',
    });
  });

  it('passes on any other error, of the file and of the endpoint', async () => {
    const broken = new Error('AccessDenied');
    const own = ports('', () => Promise.reject(broken));
    await expect(runTest(test({ kind: 'golden', s3Uri: uri }), own)).rejects.toBe(broken);
    const asking = { ...ports(''), ask: () => Promise.reject(broken) };
    await expect(runTest(test({ kind: 'golden', s3Uri: uri }), asking)).rejects.toBe(broken);
  });
});
