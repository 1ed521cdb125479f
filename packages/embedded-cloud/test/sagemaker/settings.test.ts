import { expect, it } from 'vitest';
import { readQuotas } from '#src/sagemaker/settings';

it('reads quotas by their names', () => {
  expect(readQuotas('{"ml.m5.large for endpoint usage": 0}', 'QUOTAS')).toEqual({
    quotas: { 'ml.m5.large for endpoint usage': 0 },
  });
  expect(readQuotas(undefined, 'QUOTAS')).toEqual({});
  expect(readQuotas('', 'QUOTAS')).toEqual({});
});

it.each(['4', '[4]', 'null', '{"a": "4"}', '{"a": -1}', '{"a": 1.5}', '{'])('refuses %s by its origin', (text) => {
  expect(() => readQuotas(text, 'QUOTAS')).toThrow(/^QUOTAS must be a JSON object of quotas and whole numbers/);
});
