import { describe, expect, it, test } from 'vitest';
import { contract } from '#domain/endpoint-tests/contract';
import { golden } from '#domain/endpoint-tests/golden';
import { ENDPOINT_TESTS, endpointTestKind, endpointTestSchema } from '#domain/endpoint-tests/registry';
import { runTest } from '#domain/endpoint-tests/run';
import { fakeSession } from '../../fakes/test-session.ts';

describe.each(ENDPOINT_TESTS)('the endpoint test $name', ({ name, example, summary }) => {
  it('has an example that the table may hold, and words for it', () => {
    expect(endpointTestSchema.parse(example)).toMatchObject(example);
    expect(example.kind).toBe(name);
    expect(summary).toMatch(/^[A-Z].*\.$/);
  });
});

test('a test of a kind that no registry lists does not pass: it is not run', async () => {
  const session = fakeSession(() => [0]);
  await expect(runTest({ kind: 'chaos' }, session)).rejects.toThrow('There is no kind of endpoint test "chaos"');
  expect(session.asked).toEqual([]);
  expect(() => endpointTestKind('chaos')).toThrow(TypeError);
});

test('a kind that sends one request shows the raw rows in it to who checks them', () => {
  const read = (own: object) => endpointTestSchema.parse({ id: 't', ...own });
  const cases = [
    { row: { x: 1 }, predictions: [0] },
    { body: '1', predictions: [0] },
  ];
  expect(golden.rawRows(read({ kind: 'golden', cases }) as never)).toEqual([{ x: 1 }]);
  expect(contract.rawRows(read({ kind: 'contract', request: { rows: [{ x: 2 }] } }) as never)).toEqual([{ x: 2 }]);
  expect(contract.rawRows(read({ kind: 'contract', request: { body: '1' } }) as never)).toEqual([]);
});

test('a golden test without golden answers fails', () => {
  const answer = { status: 200, body: '0.1', latencyMs: 1 };
  expect(golden.judge({ id: 'g', kind: 'golden', tolerance: 1 }, { body: '1' }, answer)).toMatchObject({
    passed: false,
  });
});
