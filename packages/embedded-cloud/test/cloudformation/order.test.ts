import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependencyOrder } from '#src/cloudformation/order';
import { parseTemplate } from '#src/cloudformation/template';

const order = (Resources: Record<string, unknown>): string[] => {
  const { resources } = parseTemplate({ Resources });
  return dependencyOrder(resources, (id) => resources.has(id)).map(({ logicalId }) => logicalId);
};
const resource = (Properties: unknown, DependsOn?: unknown) => ({
  Type: 'T',
  Properties,
  ...(DependsOn !== undefined && { DependsOn }),
});

describe('the order of resources', () => {
  it('follows Ref, GetAtt, Sub and DependsOn', () => {
    expect(
      order({
        A: resource({ x: { Ref: 'B' } }),
        B: resource({ 'Fn::GetAtt': ['C', 'Arn'] }),
        C: resource({ 'Fn::Sub': `\${D.Arn} \${!E}` }),
        D: resource({}, ['E']),
        E: resource({}),
      }),
    ).toEqual(['E', 'D', 'C', 'B', 'A']);
  });

  it('does not take a literal of Sub, or its own variables, for references', () => {
    expect(
      order({
        A: resource({ 'Fn::Sub': [`\${!B} \${Own}`, { Own: { Ref: 'C' } }] }),
        B: resource({ Ref: 'A' }),
        C: resource({}),
      }),
    ).toEqual(['C', 'A', 'B']);
  });

  it('names a circle', () => {
    expect(() =>
      order({ A: resource({ Ref: 'B' }), B: resource({ 'Fn::Sub': `\${C}` }), C: resource({}, 'A') }),
    ).toThrow('A → B → C → A');
  });

  it('names a DependsOn that leads nowhere', () => {
    expect(() => order({ A: resource({}, 'Nobody') })).toThrow('Resources.A: DependsOn names Nobody');
  });

  it('orders everything after what it refers to, in any graph without cycles', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 });
    fc.assert(
      fc.property(edges, fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }), (pairs, names) => {
        // Edges always go from a lower to a higher rank, so there is no circle.
        const needs = pairs.filter(([a, b]) => a < b).map(([a, b]) => [`R${a}`, `R${b}`] as const);
        const resources = Object.fromEntries(
          names.map((n) => [
            `R${n}`,
            resource(needs.filter(([from]) => from === `R${n}`).map(([, to]) => ({ Ref: to }))),
          ]),
        );
        const result = order(resources);
        expect(result.toSorted()).toEqual(Object.keys(resources).toSorted());
        for (const [from, to] of needs) expect(result.indexOf(to)).toBeLessThan(result.indexOf(from));
      }),
    );
  });
});
