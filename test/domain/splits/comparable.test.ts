import { describe, expect, test } from 'vitest';
import { comparableRule, earlierComparableRule, isComparableSql, withAncestors } from '#domain/splits/comparable';
import { splitStrategy } from '#domain/splits/registry';
import { packBuckets } from '#domain/splits/used-buckets';
import type { Sides } from '#schemas/records/sides';
import { testEngine } from '../../fakes/data-run.ts';

type Divided = Pick<Sides, 'identity' | 'used' | 'time' | 'rule'>;
const stratified: Divided = {
  identity: 'a',
  used: packBuckets([1, 2]),
  rule: { strategy: 'stratified', cuts: [{ validation: 1, test: 3 }] },
};
const at = '2024-06-01T00:00:00.000000';
const byTime: Divided = {
  ...stratified,
  time: { column: 'at', usedUntil: at },
  rule: { strategy: 'time', trainUntil: at, validationFrom: at, validationUntil: at, testFrom: at },
};

describe('what a model was trained on that goes on from a champion', () => {
  const own = { used: packBuckets([5]), time: { column: 'at', usedUntil: '2024-07-01T00:00:00.000000' } };

  test('is its own rows and those of all its ancestors', () => {
    const { used, time } = withAncestors(own, byTime);
    expect(used).toBe(packBuckets([1, 2, 5]));
    expect(time).toEqual(own.time);
    expect(withAncestors({ ...own, time: { column: 'at', usedUntil: '2024-05-01' } }, byTime).time).toEqual(
      byTime.time,
    );
  });

  test('has no last time where that of an ancestor is not known', () => {
    expect(withAncestors(own, stratified)).toEqual({ used: packBuckets([1, 2, 5]) });
    expect(withAncestors({ used: own.used }, byTime)).toEqual({ used: packBuckets([1, 2, 5]) });
    expect(withAncestors({ ...own, time: { ...own.time, column: 'other' } }, byTime)).not.toHaveProperty('time');
  });
});

describe('the rows of a candidate that a champion was not trained on', () => {
  test('are those of buckets it did not use, where keys are made the same way', () => {
    expect(comparableRule(stratified, stratified)).toEqual({ kind: 'unused', used: stratified.used });
    expect(comparableRule(stratified, byTime)).toEqual({ kind: 'unused', used: stratified.used });
  });

  test('are the later ones, where the candidate is divided by the same time', () => {
    expect(comparableRule(byTime, byTime)).toEqual({ kind: 'later', after: at });
    expect(comparableRule(byTime, { ...stratified, time: { column: 'at', usedUntil: at } })).toMatchObject({
      kind: 'later',
    });
  });

  test('cannot be told where keys differ, and the reason is given', () => {
    expect(comparableRule(stratified, { ...stratified, identity: 'b' })).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('another seed, other groups or other model inputs'),
    });
    expect(comparableRule(byTime, { ...stratified, identity: 'b' })).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('did not record the times'),
    });
  });

  test('of an earlier version follow from its hash of the inputs, and not from one of tokens', () => {
    const split = { seed: 's', train: 0.7, validation: 0.15 };
    expect(earlierComparableRule(stratified, { split, identity: 'a', byInputs: true })).toEqual({
      kind: 'earlier-hash',
      seed: 's',
      test: 0.85,
    });
    expect(earlierComparableRule(stratified, { split, identity: 'b', byInputs: true })).toMatchObject({
      reason: expect.stringContaining('another seed'),
    });
    expect(earlierComparableRule(stratified, { split, identity: 'a', byInputs: false })).toMatchObject({
      reason: expect.stringContaining('divided its rows by tokens'),
    });
  });

  test('are found in SQL', async () => {
    using engine = await testEngine();
    const rows = `(SELECT unnest([1, 3]) * 68719476736 AS _key, unnest([TIMESTAMP '2024-05-01', TIMESTAMP '2024-07-01']) AS _time)`;
    const ask = async (rule: Parameters<typeof isComparableSql>[0]) =>
      (await engine.query('ask', `SELECT ${isComparableSql(rule, "'1:x'")} AS yes FROM ${rows}`)).map((r) => r['yes']);
    expect(await ask({ kind: 'unused', used: stratified.used })).toEqual([false, true]);
    expect(await ask({ kind: 'later', after: at })).toEqual([false, true]);
    expect(await ask({ kind: 'none', reason: '' })).toEqual([false, false]);
    // SHA-256 of "s:1:x" begins with 0.85 or less for about 85 % of all texts
    expect(await ask({ kind: 'earlier-hash', seed: 's', test: 0 })).toEqual([true, true]);
    expect(await ask({ kind: 'earlier-hash', seed: 's', test: 1 })).toEqual([false, false]);
  });
});

test('strategies are found by name', () => {
  expect(splitStrategy('time').needsTime).toBe(true);
  expect(splitStrategy('stratified').needsTime).toBe(false);
});
