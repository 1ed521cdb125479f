import { describe, expect, it } from 'vitest';
import { reduceModel, writeModel } from '#src/contract/reduce-model';
import type { ServiceModel } from '#src/service-model/model';

const model = {
  metadata: { apiVersion: '2020-01-01', protocol: 'json', endpointPrefix: 'shop', signatureVersion: 'v4' },
  operations: {
    PlaceOrder: { name: 'PlaceOrder', http: { method: 'POST' }, input: { shape: 'Order' }, documentation: 'Places.' },
    CancelOrder: { input: { shape: 'Cancellation' } },
  },
  shapes: {
    Order: {
      type: 'structure',
      required: ['Lines'],
      documentation: 'An order.',
      members: {
        Lines: { shape: 'Lines', documentation: 'Its lines.' },
        documentation: { shape: 'Text' },
      },
    },
    Lines: { type: 'list', member: { shape: 'Line' } },
    Line: { type: 'structure', members: { Again: { shape: 'Order' }, Notes: { shape: 'Notes' } } },
    Notes: { type: 'map', key: { shape: 'Text' }, value: { shape: 'Note' } },
    Text: { type: 'string', max: 5 },
    Note: { type: 'string', min: 1, box: true },
    Cancellation: { type: 'structure', members: {} },
  },
} as unknown as ServiceModel;

describe('a reduced service model', () => {
  it('has the named operations with all that their shapes refer to, and nothing else', () => {
    const reduced = reduceModel(model, ['PlaceOrder']);
    expect(Object.keys(reduced.shapes)).toEqual(['Line', 'Lines', 'Note', 'Notes', 'Order', 'Text']);
    expect(reduced.operations).toEqual({ PlaceOrder: { input: { shape: 'Order' } } });
  });

  it('has no documentation, save a member of that name', () => {
    const { shapes } = reduceModel(model, ['PlaceOrder']);
    expect(shapes['Order']).toEqual({
      type: 'structure',
      required: ['Lines'],
      members: { Lines: { shape: 'Lines' }, documentation: { shape: 'Text' } },
    });
    expect(shapes['Note']).toEqual({ type: 'string', min: 1 });
  });

  it('is written as JSON with a line for each shape', () => {
    const reduced = reduceModel(model, ['PlaceOrder', 'CancelOrder']);
    const text = writeModel(reduced);
    expect(JSON.parse(text)).toMatchObject({ ...reduced, '//': expect.stringContaining('Apache-2.0') });
    expect(text.split('\n')).toContain('    "Text": {"type":"string","max":5}');
  });

  it('is refused for an unknown operation', () => {
    expect(() => reduceModel(model, ['ReturnOrder'])).toThrow('shop has no operation ReturnOrder');
  });
});
