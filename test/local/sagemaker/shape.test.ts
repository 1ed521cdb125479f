import { describe, expect, it } from 'vitest';
import { AwsError } from '#local/cloud/service';
import { flag, integer, list, map, oneOf, parse, structure, text } from '#local/sagemaker/validation/shape';

const shape = structure(
  { Name: text({ min: 2, max: 5, pattern: '[a-z]+' }), Mode: oneOf('A', 'B') },
  {
    Count: integer({ min: 1, max: 9 }),
    Items: list(structure({ Id: text() }), { max: 2 }),
    Pairs: map(text({ max: 3 }), text({ max: 3 })),
    On: flag(),
  },
);

const refusal = (value: unknown): AwsError => {
  try {
    parse(shape, value);
  } catch (error) {
    if (error instanceof AwsError) return error;
  }
  throw new Error('it was accepted');
};

describe('request shapes', () => {
  it('accept what fits, members they do not know included', () => {
    const value = { Name: 'abc', Mode: 'A', Count: 9, Items: [{ Id: '' }], Pairs: { k: 'v' }, On: false, Extra: 1 };
    expect(parse(shape, value)).toBe(value);
    expect(parse(shape, { Name: 'abc', Mode: 'B', Count: null })).toMatchObject({ Mode: 'B' });
  });

  it.each([
    [
      { Mode: 'A' },
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Name: 'a', Mode: 'A' },
      "Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { Name: 'ab1', Mode: 'A' },
      "Value 'ab1' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
    ],
    [
      { Name: 'ab', Mode: 'C' },
      "Value 'C' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
    ],
    [
      { Name: 'ab', Mode: 'A', Count: 10 },
      "Value '10' at 'count' failed to satisfy constraint: Member must have value less than or equal to 9",
    ],
    [
      { Name: 'ab', Mode: 'A', Items: [{ Id: 'x' }, {}] },
      "Value null at 'items.2.member.id' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Name: 'ab', Mode: 'A', Pairs: { key: 'value' } },
      "Value 'value' at 'pairs.key.member' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [{}, '2 validation errors detected: '],
  ])('refuse %j in the words of AWS', (value, message) => {
    expect(refusal(value)).toMatchObject({ code: 'ValidationException', message: expect.stringContaining(message) });
  });

  it.each([
    { Name: 1, Mode: 'A' },
    { Name: 'ab', Mode: 'A', Count: '3' },
    { Name: 'ab', Mode: 'A', Count: 1.5 },
    { Name: 'ab', Mode: 'A', Items: {} },
    [],
  ])('tell a wrong JSON type apart: %j', (value) => {
    expect(refusal(value).code).toBe('SerializationException');
  });
});
