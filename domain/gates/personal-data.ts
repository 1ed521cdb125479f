import * as z from 'zod';
import { almostUnique } from '#domain/detectors/judge';
import { EvaluationError } from '#domain/errors';
import { formatCount } from '#domain/text/format-number';
import type { GateKind } from './gate.ts';

interface PersonalDataGate {
  readonly personalData: 'none';
}

/** Nothing that training may read looks personal. Without it, `personalData.undeclared: warn` only warns. */
export const personalData = {
  name: 'personalData',
  summary:
    'Nothing personal was found in columns that are not declared so, nor by the leak scan of what training may read.',
  example: { personalData: 'none' },
  schema: () =>
    z.strictObject({
      personalData: z
        .literal('none')
        .meta({ description: 'What may be found, beside what `allow` lists.', examples: ['none'] }),
    }),
  judge(_, { personalData: record }) {
    if (!record) throw new EvaluationError('gate personalData: the run has no record of personal data; train again');
    const all = [...record.findings, ...(record.leaks?.findings ?? [])];
    const found = all.filter(({ outcome, kind }) => outcome !== 'allowed' && kind !== almostUnique.kind);
    const named = [...new Set(found.map(({ column, plural }) => `column "${column}" (${plural})`))];
    const looked = `${formatCount(record.values)} values before and ${formatCount(record.leaks?.values ?? 0)} after the transform were looked at`;
    return {
      gate: 'personal data: none',
      kind: 'personalData',
      value: named.length,
      bound: 0,
      interval: null,
      passed: named.length === 0,
      reason:
        named.length === 0 ? `Nothing looks personal; ${looked}.` : `Looks personal: ${named.join(', ')}; ${looked}.`,
    };
  },
} as const satisfies GateKind<PersonalDataGate>;
