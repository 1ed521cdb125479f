import * as z from 'zod';
import type { ConstraintKind } from '#domain/constraints/constraint';
import { counted } from '#domain/text/numbers';

interface ClassRows {
  readonly min: number;
}

export const classRows = {
  name: 'class-rows',
  summary: 'Each class has at least this many rows.',
  settings: { min: z.int().min(1).describe('the least rows of a class') },
  example: { min: 50 },
  problems: (_, { classes }) =>
    classes.length > 0 ? [] : [{ setting: 'min', message: 'a regression has no classes' }],
  title: ({ min }) => `rows of each class ≥ ${min}`,
  judge({ min }, { facts }) {
    const least = Math.min(...facts.label.classes);
    return {
      passed: least >= min,
      measured: counted(least, 'row'),
      required: `at least ${counted(min, 'row')} of each class`,
      finding: `the rarest class has ${counted(least, 'row')}`,
      fix: 'Drop more rows of that class, or merge it with another by label.map.',
    };
  },
  suggest: ({ facts: { label } }) =>
    label.classes.length === 0
      ? []
      : [{ settings: { min: Math.ceil(Math.min(...label.classes) / 2) }, because: 'half of the rarest class' }],
} as const satisfies ConstraintKind<ClassRows>;
