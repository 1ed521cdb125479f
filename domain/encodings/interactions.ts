import * as z from 'zod';
import { findKind } from '#domain/find-kind';
import type { FeatureType } from '#schemas/records/profile';
import { cross } from './cross.ts';
import { elapsed } from './elapsed.ts';
import type { Interaction } from './interaction.ts';
import { product } from './product.ts';
import { ratio } from './ratio.ts';

/** All interactions. A pair without `as` has the first that takes the types of its columns. */
export const INTERACTIONS = [product, cross, elapsed, ratio] as const;

const pairSchema = z.tuple([z.string(), z.string()]);

/** `interactions`: model inputs of two columns each. */
export const interactionsSchema = z
  .array(
    z.union([
      pairSchema,
      z.strictObject({
        of: pairSchema.describe('The two columns.'),
        as: z
          .enum(INTERACTIONS.map(({ name }) => name) as [string, ...string[]])
          .describe('What becomes of the two columns.'),
      }),
    ]),
  )
  .max(50)
  .default([])
  .meta({
    description:
      'Model inputs that are made of two columns each, besides those of the columns: numbers are multiplied (or divided, with `as: ratio`), categories become pairs, and of two times the days between them count. Both columns are model inputs.',
    examples: [[['income', 'age'], { of: ['debt', 'income'], as: 'ratio' }]],
  });
export type InteractionSettings = z.output<typeof interactionsSchema>;

/** One interaction as the pipeline has it. */
export interface NamedInteraction {
  readonly columns: readonly [string, string];
  /** The name of the interaction; undefined for the first that takes the columns. */
  readonly as: string | undefined;
}

/** The interactions in one form. */
export const namedInteractions = (settings: InteractionSettings): NamedInteraction[] =>
  settings.map((own) =>
    Array.isArray(own) ? { columns: [own[0], own[1]], as: undefined } : { columns: own.of, as: own.as },
  );

/** The interaction of two columns; undefined when none takes their types. @throws TypeError when none has this name */
export function interactionOf(
  as: string | undefined,
  first: FeatureType,
  second: FeatureType,
): Interaction | undefined {
  const known: readonly Interaction[] = INTERACTIONS;
  if (as === undefined) return known.find((own) => own.takes(first, second));
  const named = findKind(known, as, 'interaction');
  return named.takes(first, second) ? named : undefined;
}
