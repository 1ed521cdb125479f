import { expect, it } from 'vitest';
import { registrySchema } from '#domain/registry/settings';

it('a person approves a model unless the pipeline says otherwise', () => {
  expect(registrySchema.parse(undefined)).toEqual({ approval: 'manual' });
  expect(registrySchema.safeParse({ approval: 'auto' }).success).toBe(true);
  expect(registrySchema.safeParse({ approval: 'never' }).success).toBe(false);
});

it('two must approve where two can, and where somebody is asked at all', () => {
  const parse = (settings: object) =>
    registrySchema.safeParse(settings).error?.issues.map(({ message }) => message) ?? [];

  expect(parse({ approvals: 2 })).toEqual([]);
  expect(parse({ approvals: 2, approvers: ['U0ALICE', 'U0BOB'], expiresAfter: '14d' })).toEqual([]);
  expect(parse({ approvals: 2, approvers: ['U0ALICE', 'U0ALICE'] })).toEqual([
    'two must approve: name at least two persons',
  ]);
  expect(parse({ approvals: 2, approval: 'auto' })).toEqual(['nobody is asked: write "approval: manual" too']);
  expect(parse({ approvals: 3 })).toHaveLength(1);
  expect(parse({ approvers: ['alice'] })).toEqual(['the id of a Slack user, as U024BE7LH: in Slack, "Copy member ID"']);
  expect(parse({ expiresAfter: 'soon' })).toEqual(['hours or days, as 48h or 14d']);
});
