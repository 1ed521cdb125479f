import * as z from 'zod';
import { findKind } from '#domain/find-kind';
import { onFailureSchema } from '#schemas/records/constraints';
import type { ConstraintKind } from './constraint.ts';
import { freshness } from './freshness.ts';
import { label } from './label.ts';
import { malformed } from './malformed.ts';
import { missing } from './missing.ts';
import { range } from './range.ts';
import { rows } from './rows.ts';
import { unique } from './unique.ts';
import { values } from './values.ts';

/** Every kind of constraint. */
export const CONSTRAINTS = [missing, range, values, unique, rows, label, freshness, malformed] as const;

/** An entry of `constraints` as parsed from the pipeline's file. Only its kind reads its settings. */
export interface Constraint {
  /** The name of a registered kind. */
  readonly check: string;
  readonly onFailure: z.output<typeof onFailureSchema>;
  readonly [setting: string]: unknown;
}

/** A kind whose settings are parsed by its own schema, whatever they are. */
export type AnyConstraintKind = ConstraintKind<never>;

/** The schema of one kind of constraint. */
export const constraintObject = ({ name, summary, settings }: AnyConstraintKind): z.ZodObject =>
  z
    .strictObject({
      check: z.literal(name).meta({ description: 'What is checked.', examples: [name] }),
      ...settings,
      onFailure: onFailureSchema.default('refuse').meta({
        description:
          'What happens when it is not met: the drop is refused, or a warning is reported and the run goes on.',
        examples: ['warn'],
      }),
    })
    .describe(summary);

/** An entry of `constraints`: one of the kinds, told apart by `check`. @throws TypeError without a kind */
export function constraintSchemaOf(kinds: readonly AnyConstraintKind[]): z.ZodType<Constraint> {
  const [first, ...rest] = kinds.map(constraintObject);
  if (!first) throw new TypeError('There is no kind of constraint.');
  return z.discriminatedUnion('check', [first, ...rest]) as unknown as z.ZodType<Constraint>;
}

/** The kind of a constraint. @throws TypeError for an unregistered one */
export const constraintKindOf = (
  { check }: Pick<Constraint, 'check'>,
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): ConstraintKind<Constraint> => findKind(kinds, check, 'constraint') as unknown as ConstraintKind<Constraint>;
