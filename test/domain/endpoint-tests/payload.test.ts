import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testOutcome } from '#domain/endpoint-tests/outcome';
import { boundResult, payloadLimits, resultBytes, tooMany } from '#domain/endpoint-tests/payload';
import type { TestResult } from '#schemas/records/test-result';

/** The most that Step Functions takes as one payload. */
const payload = 262_144;
const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const longestId = (i: number): string => `${i}`.padStart(64, 'x');
const result = (detail: string, passed = true, id = 't'): TestResult => ({
  id,
  kind: 'contract',
  passed,
  detail,
  durationMs: 300_000,
  version: 99_999_999,
});

describe('a result', () => {
  it('keeps a detail that fits, and loses the end of one that does not', () => {
    expect(boundResult(result('short'), 500)).toEqual(result('short'));
    const cut = boundResult(result('long '.repeat(200)), 500);
    expect(bytes(cut)).toBeGreaterThan(490);
    expect(cut.detail).toMatch(/^long long .*…$/);
  });

  it('fits into its bytes, whatever signs its detail has', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 200, max: 2000 }),
        (text, room) => {
          const { detail, ...rest } = boundResult(result(text), room);
          const { detail: _, ...same } = result(text);
          expect(bytes({ ...rest, detail })).toBeLessThanOrEqual(room);
          expect(rest).toEqual(same);
          expect(text.startsWith(detail.replace(/…$/, ''))).toBe(true);
        },
      ),
    );
  });

  it.each([1, 500, payloadLimits.tests])('leaves room for all others in the payload (%i tests)', (tests) => {
    const room = resultBytes(tests);
    const all = Array.from({ length: tests }, (_, i) =>
      boundResult(result('"…'.repeat(600), false, longestId(i)), room),
    );
    expect(bytes(all)).toBeLessThan(payload - 20_000);
    expect(all[0]?.detail.length).toBeGreaterThan(5);
  });

  it('has some room even when there are no tests', () => {
    expect(resultBytes(0)).toBe(payloadLimits.result);
  });
});

describe('the tests of an endpoint', () => {
  it('run up to a number, beyond which the message says what to do', () => {
    const listed = (tests: number) =>
      Array.from({ length: tests }, (_, i) => ({ id: longestId(i), version: 99_999_999 }));
    expect(tooMany(listed(payloadLimits.tests))).toBeUndefined();
    expect(bytes(listed(payloadLimits.tests))).toBeLessThan(payload);
    expect(tooMany(listed(payloadLimits.tests + 1))).toBe(
      '1,001 tests, and at most 1,000 can run: delete some ("npx tidegate tests delete"), or switch some off (enabled: false)',
    );
  });

  it('do not run when their ids alone are too long', () => {
    expect(tooMany(Array.from({ length: 200 }, () => ({ id: 'x'.repeat(1000) })))).toContain('too long together');
  });
});

describe('the outcome of a suite', () => {
  it('names failed tests first, and counts what it leaves out', () => {
    const results = Array.from({ length: 500 }, (_, i) => result('', i % 2 === 0, `t${i}`));
    const outcome = testOutcome(results);

    expect(outcome).toMatchObject({
      passed: false,
      detail: '250 of 500 tests passed.',
      counts: { tests: 500, failed: 250 },
    });
    expect(outcome.failed).toHaveLength(21);
    expect(outcome.failed.slice(-2)).toEqual(['t39', '230 more']);
    expect(outcome.results).toHaveLength(50);
    expect(outcome.results.every(({ passed }) => !passed)).toBe(true);
  });

  it('is small for the largest suite', () => {
    const room = resultBytes(payloadLimits.tests);
    const results = Array.from({ length: payloadLimits.tests }, (_, i) =>
      boundResult(result('"'.repeat(600), false, longestId(i)), room),
    );
    expect(bytes(testOutcome(results))).toBeLessThan(20_000);
    const few = Array.from({ length: 60 }, (_, i) => boundResult(result('"'.repeat(600), false, longestId(i)), 2000));
    expect(bytes(testOutcome(few))).toBeLessThan(payload / 2);
  });
});
