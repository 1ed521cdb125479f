import { describe, expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import type { GateContext } from '#domain/gates/gate';
import { kAnonymity } from '#domain/gates/k-anonymity';
import { lDiversity } from '#domain/gates/l-diversity';
import { personalData } from '#domain/gates/personal-data';
import type { Finding, PersonalData } from '#schemas/records/personal-data';

const anonymity = { columns: ['zip'], rows: 100, groups: 8, k: 4, rowsBelow5: 0.04, l: 1, oneLabel: 0.1 };
const finding: Finding = {
  column: 'contact',
  kind: 'email',
  plural: 'e-mail addresses',
  by: 'values',
  examined: 10,
  found: 5,
  share: 0.5,
  examples: ['j***@***'],
  outcome: 'warned',
};
const context = (record?: Partial<PersonalData>): GateContext => ({
  evaluation: {} as GateContext['evaluation'],
  champion: undefined,
  metrics: [],
  personalData: record && { columns: 2, values: 10, findings: [], anonymity: null, ...record },
});

describe('the gate on k-anonymity', () => {
  it('passes from the number that it requires', () => {
    expect(kAnonymity.judge({ kAnonymity: { min: 4 } }, context({ anonymity })).passed).toBe(true);
    expect(kAnonymity.judge({ kAnonymity: { min: 5 } }, context({ anonymity }))).toMatchObject({
      gate: 'k-anonymity ≥ 5',
      value: 4,
      passed: false,
      reason:
        'The smallest of 8 groups by zip has 4 rows; at least 5 are required. 4 % of the rows are in groups of fewer than 5.',
    });
    expect(
      kAnonymity.judge({ kAnonymity: { min: 5 } }, context({ anonymity: { ...anonymity, k: 1 } })).reason,
    ).toContain('has 1 row; at least 5 are required');
    const noisy = { ...anonymity, perturbed: ['income', 'born'] };
    expect(kAnonymity.judge({ kAnonymity: { min: 5 } }, context({ anonymity: noisy })).reason).toMatch(
      / Not grouped by, since each subject has values of its own: income, born\.$/,
    );
  });

  it('needs groups', () => {
    expect(() => kAnonymity.judge({ kAnonymity: { min: 5 } }, context({}))).toThrow(EvaluationError);
    expect(() => kAnonymity.judge({ kAnonymity: { min: 5 } }, context())).toThrow(EvaluationError);
  });
});

describe('the gate on l-diversity', () => {
  it('passes from the number that it requires', () => {
    const diverse = { ...anonymity, l: 2 };
    expect(lDiversity.judge({ lDiversity: { min: 2 } }, context({ anonymity: diverse })).passed).toBe(true);
    expect(lDiversity.judge({ lDiversity: { min: 2 } }, context({ anonymity })).passed).toBe(false);
  });

  it('needs classes', () => {
    const numeric = { ...anonymity, l: null, oneLabel: null };
    expect(() => lDiversity.judge({ lDiversity: { min: 2 } }, context({ anonymity: numeric }))).toThrow(
      EvaluationError,
    );
  });
});

describe('the gate on personal data', () => {
  const judge = (record: Partial<PersonalData>) => personalData.judge({ personalData: 'none' }, context(record));

  it('fails for what was found before and after the transform, once for each column and kind', () => {
    const leaks = { columns: 1, values: 20, findings: [finding] };
    expect(judge({ findings: [finding], leaks })).toMatchObject({
      passed: false,
      value: 1,
      reason:
        'Looks personal: column "contact" (e-mail addresses); 10 values before and 20 after the transform were looked at.',
    });
  });

  it('passes for what is allowed, and for categories that are only almost unique', () => {
    const allowed: Finding = { ...finding, outcome: 'allowed' };
    expect(judge({ findings: [allowed, { ...finding, kind: 'unique' }] }).passed).toBe(true);
  });

  it('needs the record', () => {
    expect(() => personalData.judge({ personalData: 'none' }, context())).toThrow(EvaluationError);
  });
});
