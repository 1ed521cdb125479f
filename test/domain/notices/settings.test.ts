import { expect, it } from 'vitest';
import { notifySchema } from '#domain/notices/settings';

it('messages need no channel', () => {
  expect(notifySchema.parse(undefined)).toEqual({});
});

it.each([
  ['#ml-churn', true],
  ['ml-churn', false],
  ['#ML', false],
  ['#', false],
  [`#${'a'.repeat(79)}`, true],
  [`#${'a'.repeat(80)}`, false],
])('the channel %s is accepted: %s', (slack, accepted) => {
  expect(notifySchema.safeParse({ slack }).success).toBe(accepted);
});
