import { expect, it } from 'vitest';
import { registrySchema } from '#domain/registry/settings';

it('a person approves a model unless the pipeline says otherwise', () => {
  expect(registrySchema.parse(undefined)).toEqual({ approval: 'manual' });
  expect(registrySchema.safeParse({ approval: 'auto' }).success).toBe(true);
  expect(registrySchema.safeParse({ approval: 'never' }).success).toBe(false);
});
