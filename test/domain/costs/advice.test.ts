import { expect, it } from 'vitest';
import { dearestKind, kindNames, savingOf } from '#domain/costs/advice';
import { costKindSchema } from '#schemas/records/costs';

it('knows of every kind of cost what it is and what makes it smaller, and of no other', () => {
  for (const kind of costKindSchema.options) {
    expect(kindNames[kind]).not.toBe('');
    expect(savingOf(kind)).toMatch(/^[a-z].{20}/);
  }
  expect(() => savingOf('rent' as never)).toThrow('There is no rule for this kind of cost');
});

it('names the dearest kind', () => {
  expect(dearestKind({ training: 1, endpoint: 2, states: 0.5 })).toEqual({ kind: 'endpoint', usd: 2 });
  expect(dearestKind({ training: 0 })).toBeUndefined();
  expect(dearestKind({})).toBeUndefined();
});
