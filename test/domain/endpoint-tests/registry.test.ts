import { describe, expect, it, test } from 'vitest';
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

test('a golden test without golden answers fails', () => {
  const answer = { status: 200, body: '0.1', latencyMs: 1 };
  expect(golden.judge({ id: 'g', kind: 'golden', tolerance: 1 }, { body: '1' }, answer)).toMatchObject({
    passed: false,
  });
});
