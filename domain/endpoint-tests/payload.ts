import type { TestResult } from '#schemas/records/test-result';

/**
 * What an execution holds of a suite. A payload has at most 262,144 bytes, and the history of an execution 25,000 events, of which a
 * test takes eight (Step Functions Developer Guide, "Service quotas"). So tests travel by id, and results are short.
 */
export const payloadLimits = {
  /** Tests of one endpoint that can run. */
  tests: 1000,
  /** JSON bytes of their ids and versions. */
  ids: 150_000,
  /** JSON bytes of all results. */
  results: 200_000,
  /** JSON bytes of one result. */
  result: 2000,
} as const;

const encoder = new TextEncoder();
const jsonBytes = (value: unknown): number => encoder.encode(JSON.stringify(value)).length;

/** Why these tests cannot run together, or undefined. Ids can only be too long when they were written by hand. */
export function tooMany(listed: readonly { readonly id: string }[]): string | undefined {
  const { tests, ids } = payloadLimits;
  const fix = 'delete some ("npx tidegate tests delete"), or switch some off (enabled: false)';
  if (listed.length > tests) {
    return `${listed.length.toLocaleString('en-US')} tests, and at most ${tests.toLocaleString('en-US')} can run: ${fix}`;
  }
  return jsonBytes(listed) > ids ? `tests whose ids are too long together: ${fix}` : undefined;
}

/** The JSON bytes that each of so many results may take. */
export const resultBytes = (tests: number): number =>
  Math.min(payloadLimits.result, Math.floor(payloadLimits.results / Math.max(1, tests)));

/** A result within a number of JSON bytes: the end of a longer detail is cut off. */
export function boundResult(result: TestResult, bytes: number): TestResult {
  if (jsonBytes(result) <= bytes) return result;
  const characters = [...result.detail];
  const cut = (length: number): TestResult => ({ ...result, detail: `${characters.slice(0, length).join('')}…` });
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (jsonBytes(cut(middle)) <= bytes) fits = middle;
    else tooLong = middle;
  }
  return cut(fits);
}
