import { describe, expect, it } from 'vitest';
import { isPackagedFor } from '#cli/package-service';

const packaged = (stage: string, hostBinding: boolean) => ({
  service: {
    service: 'tidegate',
    custom: { hostBinding },
    functions: { admitDrop: { name: `tidegate-${stage}-admitDrop` }, notify: { name: `tidegate-${stage}-notify` } },
  },
  package: {},
});

describe('a package', () => {
  it('is taken when it is of the stage and for this machine', () => {
    expect(isPackagedFor('local', packaged('local', true))).toBe(true);
  });

  it.each([
    ['of a stage that was deployed meanwhile', packaged('prod', false)],
    ['of another stage on this machine', packaged('dev', true)],
    ["of the same name for Lambda's machines", packaged('local', false)],
    ['that was cut off while it was written', {}],
    ['without functions', { service: { custom: { hostBinding: true }, functions: {} } }],
  ])('is made anew in place of one %s', (_, state) => {
    expect(isPackagedFor('local', state)).toBe(false);
  });
});
