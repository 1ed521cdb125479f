import { expect, test } from 'vitest';
import type { ColumnSpec } from '#domain/data/column-spec';
import { describeTreatment } from '#domain/data/treatment';

const input = (source: string, name = source) => ({ kind: 'number', name, source, fill: null });
const fitted = {
  features: [input('one'), input('two', 'two'), input('two', 'two missing'), input('tokens')],
  dropped: [{ column: 'flat', reason: 'the same value in every training row' }],
};
const number: ColumnSpec = { role: 'feature', type: 'number' };

test.each<[string, ColumnSpec, string]>([
  ['one', number, 'number, one model input'],
  ['two', number, 'number, 2 model inputs'],
  ['flat', number, 'number, not used: the same value in every training row'],
  ['none', number, 'number'],
  ['tokens', { role: 'pii', action: 'tokenize' }, 'tokenized, one model input'],
  ['none', { role: 'pii', action: 'drop' }, 'dropped'],
  ['none', { role: 'slice' }, 'kept for evaluation by group'],
  ['none', { role: 'ignore' }, 'not read'],
])('the column %s with %o is described as: %s', (column, spec, text) => {
  expect(describeTreatment(column, spec, fitted)).toBe(text);
});

test('a column with a role that does not exist is not described', () => {
  const spec = { role: 'guest' } as unknown as ColumnSpec;

  expect(() => describeTreatment('x', spec, fitted)).toThrow('role of a column');
});
