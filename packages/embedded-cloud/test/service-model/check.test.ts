import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkShape } from '#src/service-model/check';
import type { ServiceModel } from '#src/service-model/model';
import type { Path } from '#src/service-model/violation';

const model: ServiceModel = {
  metadata: { apiVersion: '2020-01-01', protocol: 'json', endpointPrefix: 'shop' },
  operations: { PlaceOrder: { input: { shape: 'PlaceOrderRequest' } } },
  shapes: {
    PlaceOrderRequest: {
      type: 'structure',
      required: ['Customer', 'Items'],
      members: {
        Customer: { shape: 'Name' },
        Items: { shape: 'Items' },
        Labels: { shape: 'Labels' },
        Payment: { shape: 'Payment' },
        Express: { shape: 'Flag' },
        Weight: { shape: 'Weight' },
        After: { shape: 'Time' },
        Until: { shape: 'Time', timestampFormat: 'iso8601' },
        Photo: { shape: 'Photo' },
        Note: { shape: 'Note' },
        Anything: { shape: 'Document' },
        Page: { shape: 'Count', location: 'querystring' },
        Fields: { shape: 'Names', location: 'header' },
      },
    },
    Name: { type: 'string', min: 1, max: 5, pattern: '[a-z]+' },
    Names: { type: 'list', member: { shape: 'Name' } },
    Items: { type: 'list', min: 1, max: 2, member: { shape: 'Item' } },
    Item: {
      type: 'structure',
      required: ['Size'],
      members: { Size: { shape: 'Size' }, Count: { shape: 'Count' } },
    },
    Size: { type: 'string', enum: ['S', 'M'] },
    Count: { type: 'integer', min: 1, max: 9 },
    Weight: { type: 'double', min: 0 },
    Labels: { type: 'map', max: 2, key: { shape: 'Name' }, value: { shape: 'Name' } },
    Payment: { type: 'structure', union: true, members: { Card: { shape: 'Note' }, Cash: { shape: 'Flag' } } },
    Flag: { type: 'boolean' },
    Time: { type: 'timestamp' },
    Photo: { type: 'blob', max: 3 },
    Note: { type: 'string', max: 10, sensitive: true },
    Document: { type: 'structure', members: {}, document: true },
  },
};

const text = (path: Path): string =>
  path
    .map((step) => ('member' in step ? step.member : 'index' in step ? step.index : `${step.of} ${step.key}`))
    .join('/');
const check = (input: unknown, options = {}): string[] =>
  checkShape(model, 'PlaceOrderRequest', input, options).map(
    ({ kind, path, constraint }) => `${text(path)} ${kind} ${constraint}`,
  );
const good = { Customer: 'ann', Items: [{ Size: 'S', Count: 1 }] };

describe('a request checked against its service model', () => {
  it('is valid when every member is', () => {
    const all = {
      ...good,
      Labels: { a: 'b' },
      Payment: { Cash: true },
      Express: false,
      Weight: 0.5,
      After: 1.7e9,
      Until: '2026-01-01T00:00:00Z',
      Photo: 'AAAA',
      Note: 'ring',
      Anything: { at: ['all'] },
      Page: 2,
    };
    expect(check(all)).toEqual([]);
  });

  it.each([
    [{ Items: good.Items }, 'Customer missing Member must not be null'],
    [{ ...good, Customer: null }, 'Customer missing Member must not be null'],
    [{ ...good, Items: [{ Size: 'XL' }] }, 'Items/0/Size enum Member must satisfy enum value set: [S, M]'],
    [{ ...good, Items: [{}] }, 'Items/0/Size missing Member must not be null'],
    [{ ...good, Items: [] }, 'Items length Member must have length greater than or equal to 1'],
    [{ ...good, Items: Array(3).fill({ Size: 'S' }) }, 'Items length Member must have length less than or equal to 2'],
    [{ ...good, Items: {} }, 'Items type Member must be a List'],
    [{ ...good, Items: ['S'] }, 'Items/0 type Member must be a Structure'],
    [
      { ...good, Items: [{ Size: 'S', Count: 0 }] },
      'Items/0/Count range Member must have value greater than or equal to 1',
    ],
    [{ ...good, Items: [{ Size: 'S', Count: 1.5 }] }, 'Items/0/Count type Member must be an Integer'],
    [{ ...good, Items: [{ Size: 'S', Count: '1' }] }, 'Items/0/Count type Member must be an Integer'],
    [{ ...good, Customer: 'ANN' }, 'Customer pattern Member must satisfy regular expression pattern: [a-z]+'],
    [{ ...good, Customer: 7 }, 'Customer type Member must be a String'],
    [{ ...good, Labels: { A: 'b' } }, 'Labels/key A pattern Member must satisfy regular expression pattern: [a-z]+'],
    [{ ...good, Labels: { a: 'B' } }, 'Labels/value a pattern Member must satisfy regular expression pattern: [a-z]+'],
    [{ ...good, Labels: { a: 'a', b: 'b', c: 'c' } }, 'Labels length Member must have length less than or equal to 2'],
    [{ ...good, Labels: [] }, 'Labels type Member must be a Map'],
    [{ ...good, Payment: {} }, 'Payment union Exactly one member must be set, of: Card, Cash'],
    [{ ...good, Express: 'true' }, 'Express type Member must be a Boolean'],
    [{ ...good, Weight: -1 }, 'Weight range Member must have value greater than or equal to 0'],
    [{ ...good, After: 'yesterday' }, 'After type Member must be a Timestamp'],
    [{ ...good, Until: 'tomorrow' }, 'Until type Member must be a Timestamp (iso8601)'],
    [{ ...good, Photo: 'AAAAAAAA' }, 'Photo length Member must have length less than or equal to 3'],
    [{ ...good, Photo: '?' }, 'Photo type Member must be a Blob in base64'],
  ])('%j is refused: %s', (input, fault) => {
    expect(check(input)).toEqual([fault]);
  });

  it('names members that the model does not know, and those it does', () => {
    expect(check({ ...good, Items: [{ Size: 'S', Colour: 'red' }] })).toEqual([
      'Items/0/Colour unknown There is no such member; there are: Size, Count',
    ]);
  });

  it('accepts text for numbers and lists where the protocol has nothing else', () => {
    expect(check({ ...good, Page: '2', Fields: 'a, b' })).toEqual([]);
    expect(check({ ...good, Page: '10', Fields: 'a,B' })).toEqual([
      'Page range Member must have value less than or equal to 9',
      'Fields/1 pattern Member must satisfy regular expression pattern: [a-z]+',
    ]);
    expect(check({ ...good, Express: 'true', Weight: '1' }, { textual: true })).toEqual([]);
  });

  it('checks the length of a left-out value against the limits, and refuses a visible sensitive one', () => {
    const hidden = (value: unknown) => (value === '<12>' ? { length: 12 } : value === '<>' ? {} : undefined);
    expect(check({ ...good, Note: '<>', Photo: '<>', Labels: '<>' }, { hidden })).toEqual([]);
    expect(check({ ...good, Note: '<12>' }, { hidden })).toEqual([
      'Note length Member must have length less than or equal to 10',
    ]);
    expect(check({ ...good, Note: 'plain' }, { hidden })).toEqual([
      'Note shown AWS marks this as sensitive: it must not be written down',
    ]);
  });

  it('never throws, and reports what is no structure', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const faults = check(value);
        const isStructure = typeof value === 'object' && value !== null && !Array.isArray(value);
        if (!isStructure) expect(faults).toEqual([' type Member must be a Structure']);
        else expect(faults.length).toBeGreaterThan(0);
      }),
    );
  });
});
