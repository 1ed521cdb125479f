import { describe, expect, it } from 'vitest';
import { integer, list, map, oneOf, parse, structure, text } from '#src/sagemaker/validation/shape';

const shape = structure(
  { Name: text(), Mode: oneOf('A', 'B') },
  { Count: integer(), Items: list(structure({ Id: text() })), Pairs: map(text(), structure({ Id: text() })) },
);

describe('what the embedded cloud reads of a request', () => {
  it('is the request itself, with members it does not read as long as they say nothing', () => {
    const nothing = { Empty: [], Off: false, None: null };
    const value = { Name: 'abc', Mode: 'A', Count: 9, Items: [{ Id: '' }], Pairs: { k: { Id: 'v' } }, ...nothing };
    expect(parse(shape, value)).toBe(value);
    expect(parse(shape, { Name: 'abc', Mode: 'B', Count: null })).toMatchObject({ Mode: 'B' });
  });

  it.each([
    [{ Mode: 'A' }, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
    [{ Name: 'ab', Mode: 'A', Items: [{ Id: 'x' }, {}] }, "Value null at 'items.2.member.id' failed"],
    [{ Name: 'ab', Mode: 'A', Pairs: { key: {} } }, "Value null at 'pairs.key.member.id' failed"],
    [{ Name: 'ab', Mode: 'A', Extra: 1 }, "'extra' is not supported by the embedded cloud: leave it out"],
    [{ Name: 'ab', Mode: 'A', Items: [{ Id: 'x', More: { A: 1 } }] }, "'items.1.member.more' is not supported"],
    [{ Name: 'ab', Mode: 'C' }, "'C' at 'mode' is not supported by the embedded cloud: use A, B"],
  ])('must have what it cannot do without: %j', (value, fault) => {
    expect(() => parse(shape, value)).toThrow(`1 validation error detected: ${fault}`);
  });

  it('is refused with all that is missing', () => {
    expect(() => parse(shape, {})).toThrow(/^2 validation errors detected: /);
  });
});
