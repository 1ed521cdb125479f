import { expect, it } from 'vitest';
import * as z from 'zod';
import { columnSchema, columnSchemaOf } from '#domain/data/column-schema';
import { onehot } from '#domain/encodings/onehot';
import { ENCODINGS } from '#domain/encodings/registry';
import { drop } from '#domain/privacy/drop';
import { mask } from '#domain/privacy/mask';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';

const problem = (column: object, schema = columnSchema) => {
  const { path, message } = schema.safeParse(column).error?.issues[0] ?? {};
  return { path, message };
};
const feature = { type: 'number' };
const path = ['feature', 'type'];

it('what is left of a column can be a model input of its own type only', () => {
  const quasi = { role: 'quasi', action: 'generalize', feature };
  expect(problem({ ...quasi, keepFirst: 3 })).toEqual({
    path,
    message: 'a column generalized by keepFirst is a category, not a number',
  });
  expect(problem({ ...quasi, truncateTo: 'month' })).toMatchObject({
    message: 'a column generalized by truncateTo is a datetime, not a number',
  });
  expect(problem({ ...quasi, binWidth: 5 })).toEqual({});
});

it('what is left as text, or not at all, is no model input', () => {
  const schema = columnSchemaOf(
    [...PRIVACY_ACTIONS, { ...drop, name: 'omit', roles: ['quasi'] }, { ...mask, name: 'hide', roles: ['quasi'] }],
    ENCODINGS,
  );
  expect(problem({ role: 'quasi', action: 'omit', feature }, schema)).toEqual({
    path,
    message: 'a column dropped is no model input',
  });
  expect(problem({ role: 'quasi', action: 'hide', keepFirst: 1, feature }, schema)).toEqual({
    path,
    message: 'a column masked by keepFirst and keepLast is no model input',
  });
  expect(problem({ role: 'quasi', action: 'omit' }, schema)).toEqual({});
});

it('settings of an action that contradict each other are reported before what is left of the column', () => {
  const message = 'generalize needs exactly one of keepFirst, binWidth, truncateTo';
  expect(problem({ role: 'quasi', action: 'generalize', keepFirst: 3, binWidth: 5, feature })).toMatchObject({
    message,
  });
  expect(problem({ role: 'quasi', action: 'generalize', feature })).toMatchObject({ message });
});

it('a setting that only another encoding has is refused with the fix', () => {
  const order = ['low', 'high'];
  const message = 'has no effect on onehot: set encode: ordinal, or remove it';
  const column = { role: 'feature', type: 'category', order };

  expect(problem(column)).toEqual({ path: ['order'], message });
  expect(problem({ ...column, encode: 'onehot' })).toEqual({ path: ['order'], message });
  expect(problem({ ...column, encode: 'ordinal' })).toEqual({});
  const quasi = { role: 'quasi', action: 'generalize', keepFirst: 3 };
  expect(problem({ ...quasi, feature: { type: 'category', order } })).toEqual({ path: ['feature', 'order'], message });
});

it('a default that only another encoding has is not taken for a setting', () => {
  const crc = { ...onehot, name: 'crc', settings: { ...onehot.settings, parts: z.int().default(64) } };
  const schema = columnSchemaOf(PRIVACY_ACTIONS, [...ENCODINGS, crc]);

  expect(problem({ role: 'feature', type: 'category' }, schema)).toEqual({});
  expect(problem({ role: 'feature', type: 'category', encode: 'crc', parts: 8 }, schema)).toEqual({});
  expect(problem({ role: 'feature', type: 'category', parts: 8 }, schema)).toEqual({
    path: ['parts'],
    message: 'has no effect on onehot: set encode: crc, or remove it',
  });
});
